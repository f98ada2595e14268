#!/usr/bin/env bash
# The notebook of examples/notebook runs from its first to its last cell, and its
# pictures are those of docs/images.
#
# needs: /usr/bin/jupyter-nbconvert --version : jupyter-nbconvert jupyter-core
# needs: $CHS_PYTHON -c 'import ipykernel' : python3-ipykernel
# needs: $CHS_PYTHON -c 'import psycopg2, sqlalchemy' : python3-psycopg2 python3-sqlalchemy
# needs: $CHS_PYTHON -c 'import pandas, matplotlib' : python3-pandas python3-matplotlib
. test/lib/clients.sh

notebook=examples/notebook/customer_health.ipynb
images=$CHS_WORK/images
mkdir -p "$images"
export CHS_PICTURES=$images MPLCONFIGDIR=$CHS_WORK IPYTHONDIR=$CHS_WORK JUPYTER_CONFIG_DIR=$CHS_WORK JUPYTER_RUNTIME_DIR=$CHS_WORK PYDEVD_DISABLE_FILE_VALIDATION=1

# asks NAME PROGRAM ARGUMENT...: Python's answer, of Debian's Python
asks()
{
	"$CHS_PYTHON" -c "$@"
}

is 'the notebook is kept without results' "$(asks '
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
print(sum(1 for c in cells if c["cell_type"] == "code" and (c["outputs"] or c["execution_count"])))' $notebook)" 0

/usr/bin/jupyter-nbconvert --to notebook --execute $notebook --output-dir "$CHS_WORK" --output executed >"$CHS_WORK/nbconvert.log" 2>&1
is 'every cell runs' "$?$(grep -E 'Error' "$CHS_WORK/nbconvert.log" | tail -n 3)" 0

is 'a picture follows each question' "$(asks '
import json, sys
cells = json.load(open(sys.argv[1]))["cells"]
pictures = sum(1 for c in cells for o in c.get("outputs", []) if "image/png" in o.get("data", {}))
questions = sum(1 for c in cells if c["cell_type"] == "markdown" and c["source"][0].startswith("## "))
print(pictures - questions, pictures > 0)' "$CHS_WORK/executed.ipynb")" '0 True'
is 'docs/images has these pictures' "$(cd docs/images && echo *.png)" "$(cd "$images" && echo *.png)"
is 'and they look like these' "$(asks '
import os, sys
import matplotlib.image as image
import numpy as np
drawn, kept = sys.argv[1:]
other = []
for name in sorted(os.listdir(drawn)):
    a, b = (image.imread(os.path.join(folder, name))[..., :3] for folder in (drawn, kept))
    if a.shape != b.shape or np.mean(np.abs(a - b) > 0.1) > 0.02 or np.mean(a < 0.99) < 0.01:
        other.append(name)
print(other)' "$images" docs/images 2>&1)" '[]'
