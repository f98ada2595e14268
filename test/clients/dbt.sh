#!/usr/bin/env bash
# The macros of integrations/dbt: rendered as dbt renders them, by Jinja with dbt's
# context, and the models of the example run against the samples.
# needs: "$CHS_PYTHON" -c 'import jinja2' : python3-jinja2
# needs: "$CHS_PYTHON" -c 'import yaml' : python3-yaml
exec "$CHS_PYTHON" test/clients/dbt/render.py
