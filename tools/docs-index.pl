#!/usr/bin/perl
# Prints docs/functions.md: every type and function that a user calls, with
# what its COMMENT in the database says.
#
#	perl tools/docs-index.pl	asks the database that PGHOST, PGDATABASE ... name,
#								which has chs and nothing of its own
#
# The families come in the order of the Makefile, and what they declare from
# sql/parts.  Forms of one function that differ in types alone share a line.
use strict;
use warnings;

sub slurp
{
	my ($file) = @_;
	open(my $in, '<', $file) or die "$file: $!\n";
	local $/;
	return scalar <$in>;
}

sub families
{
	my $makefile = slurp('Makefile') =~ s/\\\n//gr;
	my %list = map { $_ => [ split ' ', $makefile =~ /^$_\s*=(.*)$/m ? $1 : die "Makefile: no $_\n" ] } qw(SHARED FAMILIES);
	return (@{ $list{FAMILIES} }, @{ $list{SHARED} });
}

# What a part comments on, as [ 'FUNCTION', 'nps(surveysummary)' ].
sub declared
{
	my ($family) = @_;
	my $sql = `awk -f tools/expand-sql.awk sql/type.sql.in sql/parts/$family.sql`;
	die "sql/parts/$family.sql cannot be expanded\n" if $?;
	my @declared = $sql =~ /^COMMENT ON (FUNCTION|AGGREGATE|TYPE) (\S.*?)\s+IS\b/mg;
	return map { [ @declared[ 2 * $_, 2 * $_ + 1 ] ] } 0 .. $#declared / 2;
}

sub quoted
{
	return "'" . $_[0] =~ s/'/''/gr . "'";
}

# A line per type or function: family, what it is, name, names and types of the
# arguments, how many of these may be left out, result, columns of a result that
# has some, comment.
sub query
{
	my @rows;
	for my $family (families())
	{
		push @rows, sprintf("(%d, '%s', %s, %s)", scalar @rows, $family, quoted($_->[0]), quoted($_->[1])) for declared($family);
	}
	return slurp('tools/public-functions.sql') . "
		WITH declared(place, family, what, object) AS (VALUES " . join(",\n", @rows) . ")
		SELECT family, what, name, names, types, defaults, result, columns, comment
		FROM (
			SELECT place, family, 'type' AS what, object AS name, '' AS names, '' AS types, 0 AS defaults, '' AS result, '' AS columns, obj_description(object::regtype, 'pg_type') AS comment
			FROM declared WHERE what = 'TYPE'
			UNION ALL
			SELECT place, family, CASE prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window function' ELSE 'function' END, proname,
				array_to_string(ARRAY(SELECT coalesce(CASE WHEN provariadic <> 0 AND i = pronargs THEN 'VARIADIC ' ELSE '' END || nullif(proargnames[i], ''), '') FROM generate_series(1, pronargs) AS i), ','),
				array_to_string(ARRAY(SELECT format_type(t, NULL) FROM unnest(proargtypes) WITH ORDINALITY AS a(t, n) ORDER BY n), ','),
				pronargdefaults, pg_get_function_result(oid),
				array_to_string(ARRAY(SELECT proargnames[i] || ' ' || format_type(proallargtypes[i], NULL) FROM generate_subscripts(proargmodes, 1) AS i WHERE proargmodes[i] IN ('o', 't') ORDER BY i), ', '),
				obj_description(oid, 'pg_proc')
			FROM declared JOIN public_function ON oid = CASE WHEN what <> 'TYPE' THEN object::regprocedure END) AS x
		WHERE comment !~ '^(always an error|refuses)'
		ORDER BY what = 'type' DESC, name, place";
}

sub ask
{
	my ($sql) = @_;
	pipe(my $read, my $write) or die "pipe: $!\n";
	my $pid = open(my $out, '-|') // die "fork: $!\n";
	if ($pid == 0)
	{
		close $write;
		open(STDIN, '<&', $read) or die "stdin: $!\n";
		exec(qw(psql -X -q -A -t -v ON_ERROR_STOP=1 -F), "\x1f", '-f', '-') or die "psql: $!\n";
	}
	close $read;
	print $write $sql;
	close $write;
	my @rows = map { chomp; [ split /\x1f/, $_, -1 ] } <$out>;
	close $out or die "psql failed\n";
	return @rows;
}

my %short = ('double precision' => 'float8', 'timestamp with time zone' => 'timestamptz',
	'timestamp without time zone' => 'timestamp');

sub shortened
{
	my ($type) = @_;
	$type =~ s/\Q$_\E/$short{$_}/g for keys %short;
	return $type;
}

# The arguments, where forms differ with all types: "customer bigint or text".
sub arguments
{
	my ($names, $defaults, @forms) = @_;
	my @names = split /,/, $names, -1;
	my @types = map { [ split /,/, $_, -1 ] } @forms;
	my @arguments;
	for my $i (0 .. $#{ $types[0] })
	{
		my %seen;
		my @all = grep { !$seen{$_}++ } map { shortened($_->[$i]) } @types;
		push @arguments, join(' ', grep { $_ ne '' } $names[$i] // '', join(' or ', @all));
	}
	my $given = @arguments - $defaults;
	my $list = join(', ', @arguments[ 0 .. $given - 1 ]);
	$list .= ($list eq '' ? '[' : ' [, ') . $_ for @arguments[ $given .. $#arguments ];
	return $list . ']' x $defaults;
}

sub cell
{
	return $_[0] =~ s/\|/\\|/gr;
}

my %sections;
for my $row (ask(query()))
{
	my %line;
	@line{qw(family what name names types defaults result columns comment)} = @$row;
	my $key = join("\x1f", @line{qw(what name names defaults result columns comment)});
	my $lines = $sections{ $line{family} } //= [];
	my ($same) = grep { $_->{key} eq $key } @$lines;
	push @$lines, $same = { %line, key => $key } if !$same;
	push @{ $same->{forms} }, $line{types};
}

# what a function gives
sub gives
{
	my ($line) = @_;
	return 'type' if $line->{what} eq 'type';
	my $result = shortened($line->{result});
	my $rows = $result =~ /^(?:TABLE\(|SETOF )/;
	$result =~ s/^SETOF //;
	$result = shortened($line->{columns}) if $line->{columns} ne '';
	return ($line->{what} eq 'function' ? '' : "$line->{what}: ") . ($rows ? 'rows: ' : $line->{columns} ne '' ? 'row: ' : '') . "`$result`";
}

my ($version) = slurp('chs.control') =~ /^default_version = '(.*)'/m;
print <<"MARKDOWN";
# All functions and types of chs $version

This page is written by `make docs-index` from the comments in the database, and a test keeps it so. Units and
what NULL gives stand in each line; the page of each family explains more. In psql, `\\df+ nps` and `\\dT+ surveysummary`
show the same. An argument in brackets may be left out; types of one argument that are divided by "or" are forms of one function. Not listed are operators
(`=`, `<>`, `<`, ... for each type), casts, and forms whose only purpose is to refuse a call with the right one in the hint.

MARKDOWN
my @families = grep { $sections{$_} } families();
my %title = map { $_ => slurp("docs/$_.md") =~ /^# (.*)/ ? $1 : die "docs/$_.md has no title\n" } @families;
for my $family (@families)
{
	my $anchor = lc($title{$family}) =~ s/[^a-z0-9 -]//gr =~ s/ /-/gr;
	print "- [$title{$family}](#$anchor)\n";
}
for my $family (@families)
{
	print "\n## [$title{$family}]($family.md)\n\n| name | gives | meaning |\n|---|---|---|\n";
	for my $line (@{ $sections{$family} })
	{
		my $call = $line->{what} eq 'type' ? $line->{name} :
			"$line->{name}(" . arguments($line->{names}, $line->{defaults}, @{ $line->{forms} }) . ')';
		print '| `', cell($call), '` | ', cell(gives($line)), ' | ', cell($line->{comment}), " |\n";
	}
}
