# Writes the install script: the parts, with sql/type.sql.in in place of each
# line that begins with --@type (described there), and with the lines between
#
#   --@each NAME ...: VALUE ..., VALUE ..., ...
#   --@end
#
# once for each group of values, each @NAME@ replaced by its value.  A value is
# a word.
#
#   awk -f tools/expand-sql.awk sql/type.sql.in sql/parts/head.sql ...

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

# A group for each set of values, of "customer: bigint, uuid, text".
function begin_each(words,    colon)
{
	if (names)
		stop("--@each within --@each")
	colon = index(words, ":")
	names = split(substr(words, 1, colon - 1), name, " ")
	groups = split(substr(words, colon + 1), group, ",")
	if (names == 0 || groups < 2)
		stop("--@each NAME ...: VALUE ..., VALUE ...")
	body = ""
}

function end_each(    i, j, text, value)
{
	if (!names)
		stop("--@end without --@each")
	for (i = 1; i <= groups; i++)
	{
		if (split(group[i], value, " ") != names)
			stop("--@each has " names " names, and the values " group[i])
		text = body
		for (j = 1; j <= names; j++)
			text = replaced(text, name[j], value[j])
		if (text ~ /@[a-z]+@/)
			stop("a name that --@each does not give")
		printf "%s%s", (i > 1 ? "\n" : ""), text
	}
	names = 0
}

$1 == "--@each" { begin_each(substr($0, 8)); next }
$1 == "--@end" { end_each(); next }
names { body = body $0 "\n"; next }

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

END {
	if (names && !stopped)
		stop("--@each without --@end")
}
