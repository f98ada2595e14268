# Writes the install script: the parts, with sql/type.sql.in in place of each
# line that begins with --@type (described there).
#
#   awk -f tools/expand-types.awk sql/type.sql.in sql/parts/head.sql ...

function stop(complaint)
{
	print "chs: " FILENAME ":" FNR ": " complaint > "/dev/stderr"
	stopped = 1
	exit 1
}

# What stands behind name= up to the next blank, or to the end of the line.
function setting(name, to_end,    at, value)
{
	at = index($0, " " name "=")
	if (at == 0)
		stop("--@type has no " name "=")
	value = substr($0, at + length(name) + 2)
	if (!to_end)
		sub(/ .*/, "", value)
	return value
}

# text with every @name@ replaced; not gsub(), to which & is special
function replaced(text, name, value,    result, at)
{
	name = "@" name "@"
	while ((at = index(text, name)) > 0)
	{
		result = result substr(text, 1, at - 1) value
		text = substr(text, at + length(name))
	}
	return result text
}

# the first file is the template
FNR == 1 { files++ }
files == 1 && !/^--/ { template = template $0 "\n" }
files == 1 { next }

/^--@/ {
	if ($1 != "--@type")
		stop("unknown directive " $1)
	comment = setting("comment", 1)
	gsub(/'/, "''", comment)
	declared = replaced(template, "type", $2)
	declared = replaced(declared, "symbol", setting("symbol"))
	declared = replaced(declared, "storage", setting("storage"))
	declared = replaced(declared, "comment", comment)
	if (!stopped)
		printf "%s", declared
	next
}

{ print }
