# Executes the SQL examples of README.md and docs/*.md and the dashboards of
# examples/, and compares what these pages name with what the extension has.
#
# The convention, for writers of documents:
#
# * Every block that begins with ```sql is executed, in order, in one psql
#   session per document, with CREATE EXTENSION chs done (an example that shows
#   that statement writes IF NOT EXISTS).  All documents share one database, in
#   which each has a schema of its own; it leaves nothing outside of that.
# * A block that begins with ```text or with plain ``` and follows an sql block,
#   with nothing but empty lines between them, is what psql prints: tables,
#   NOTICEs, errors (ERROR:, DETAIL:, HINT:, LINE 1: and so on).  It is compared
#   line by line; spaces at the end of lines and repeated empty lines do not
#   count.  psql is quiet, so there are no tags like INSERT 0 1.
# * A block whose result block shows an error must fail exactly so.  Any other
#   block must run without an error, whether a result follows or not.
# * <!-- needs: examples/saas.sql --> anywhere in the document: these files
#   (several are divided by spaces) are loaded before any document, once.
# * <!-- extension: chs_lite --> anywhere in the document: its examples find
#   chs_lite in place of chs.
# * <!-- skip: why --> directly before a block: the block is not executed.
#   For what cannot run here; the reason is printed.
# * Every statement ends within its block.
#
# psql's settings are fixed: no ~/.psqlrc, no pager, aligned, ASCII borders,
# ON_ERROR_STOP off; time zone UTC, DateStyle ISO, messages in English.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

use lib ($ENV{CHS_SOURCE} // '.') . '/test/lib';
use ChsBoards qw(check_grafana check_metabase);

my $source = $ENV{CHS_SOURCE} // '.';
my $mark = '@@ chs example';

my $node = PostgreSQL::Test::Cluster->new('docs');
$node->init(extra => [ '--encoding=UTF8', '--locale=C' ]);
$node->append_conf('postgresql.conf', q{
	timezone = 'UTC'
	datestyle = 'iso, mdy'
	lc_messages = 'C'
	statement_timeout = '10min'
});
$node->start;

# --- reading a document ------------------------------------------------------

# A document's blocks, each { line, sql, result or undef, skip or undef }, the
# files it needs and the extension that it is about.
sub read_document
{
	my ($text) = @_;
	my (@blocks, @needs, $fence, $language, $body, $start, $skip);
	my $extension = 'chs';
	my $follows = 0;    # does the next block follow an sql block directly?
	my $number = 0;

	for my $line (split /\n/, $text)
	{
		$number++;
		if (defined $fence)
		{
			if ($line =~ /^\s*\Q$fence\E\s*$/)
			{
				if ($language eq 'sql')
				{
					push @blocks, { line => $start, sql => $body, skip => $skip };
					$follows = 1;
				}
				else
				{
					$blocks[-1]{result} = $body
					  if $follows && ($language eq '' || $language eq 'text');
					$follows = 0;
				}
				undef $fence;
				undef $skip;
			}
			else
			{
				$body .= "$line\n";
			}
		}
		elsif ($line =~ /^\s*(`{3,})\s*(\w*)/)
		{
			($fence, $language, $body, $start) = ($1, lc $2, '', $number + 1);
		}
		elsif ($line =~ /<!--\s*needs:\s*(.*?)\s*-->/)
		{
			push @needs, split ' ', $1;
		}
		elsif ($line =~ /<!--\s*extension:\s*(\w+)\s*-->/)
		{
			$extension = $1;
		}
		elsif ($line =~ /<!--\s*skip:\s*(.*?)\s*-->/)
		{
			$skip = $1;
			$follows = 0;
		}
		elsif ($line =~ /\S/)
		{
			$follows = 0;
			undef $skip;
		}
	}
	return { blocks => \@blocks, needs => \@needs, extension => $extension, open => $fence };
}

sub tidy
{
	my ($text) = @_;
	$text =~ s/[ \t\r]+$//mg;
	$text =~ s/\n{2,}/\n\n/g;
	$text =~ s/^\n+//;
	$text =~ s/\n*$/\n/;
	return $text;
}

# Does the block's last statement end in it?  Comments do not count.
sub is_finished
{
	my ($sql) = @_;
	my @lines = grep { /\S/ && !/^\s*--/ } split /\n/, $sql;
	return 1 if !@lines;
	$lines[-1] =~ s/\s+--\s.*$//;
	return $lines[-1] =~ /;\s*$/ || $lines[-1] =~ /\\\w+/;
}

# --- running it ----------------------------------------------------------------

my $database = 'docs';
$node->safe_psql('postgres', "CREATE DATABASE $database");
# chs is in public, as the samples want it
$node->safe_psql($database, 'CREATE EXTENSION chs; CREATE SCHEMA chs_lite; CREATE EXTENSION chs_lite SCHEMA chs_lite');

# the search_path of a document about an extension, its own schema made
my $schemas = 0;
sub new_schema
{
	my ($name, $extension) = @_;
	my $schema = 'page' . ++$schemas . '_' . lc($name =~ s/\W+/_/gr);
	$node->safe_psql($database, "CREATE SCHEMA $schema");
	return "$schema," . ($extension eq 'chs' ? 'public' : $extension);
}

my %loaded;
sub load_once
{
	for my $file (grep { !$loaded{$_}++ } @_)
	{
		system_or_bail('psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-o', '/dev/null',
			'-h', $node->host, '-p', $node->port, '-d', $database, '-f', $file);
	}
}

# What lies outside of the documents' schemas, one object a line.
sub common_objects
{
	return $node->safe_psql($database, q{
		SELECT format('%s.%s', n.nspname, o.name)
		FROM (SELECT relname, relnamespace FROM pg_class UNION ALL
			  SELECT oid::regprocedure::text, pronamespace FROM pg_proc UNION ALL
			  SELECT typname, typnamespace FROM pg_type) AS o(name, namespace)
		JOIN pg_namespace AS n ON n.oid = o.namespace
		WHERE n.nspname !~ '^(page[0-9]|pg_)'
		UNION ALL SELECT extname FROM pg_extension
		UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^(page[0-9]|pg_)'
		ORDER BY 1});
}

# Everything psql prints for this script, errors in their place.
sub run_psql
{
	my ($search_path, $script) = @_;
	my $file = $node->basedir . '/example.sql';

	open(my $out, '>', $file) or die "$file: $!";
	print $out $script;
	close $out;
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	local $ENV{PGOPTIONS} = "-c search_path=$search_path";
	local $ENV{PAGER} = 'cat';
	my @command = ('psql', '-X', '-q', '-d', $database,
		map { ('-P', $_) } qw(pager=off format=aligned border=1 linestyle=ascii null=));
	my $pid = open(my $in, '-|') // die "fork: $!";
	if ($pid == 0)
	{
		open(STDIN, '<', $file) or die "$file: $!";
		open(STDERR, '>&', \*STDOUT) or die "stderr: $!";
		exec @command or die "psql: $!";
	}
	local $/;
	my $printed = <$in>;
	close $in;
	return $printed // '';
}

# The verdicts on a document: { ok, name, printed, wanted, why }.
sub check_document
{
	my ($name, $text) = @_;
	my $document = read_document($text);
	my @verdicts;

	load_once(@{ $document->{needs} });
	my $before = common_objects();
	push @verdicts, { ok => 0, name => "$name: every block ends", why => 'a ``` is missing' }
	  if defined $document->{open};
	my @run = grep { !defined $_->{skip} } @{ $document->{blocks} };
	note "$name:$_->{line} not executed: $_->{skip}"
	  for grep { defined $_->{skip} } @{ $document->{blocks} };
	return @verdicts if !@run;

	my $script = '';
	$script .= "\\r\n\\echo '$mark $_'\n$run[$_]{sql}" for 0 .. $#run;
	my $printed = run_psql(new_schema($name, $document->{extension}), $script);
	my %printed;
	my @parts = split /^\Q$mark\E (\d+)\n/m, $printed, -1;
	shift @parts;
	while (my ($number, $part) = splice(@parts, 0, 2))
	{
		$printed{$number} = $part;
	}

	for my $i (0 .. $#run)
	{
		my $block = $run[$i];
		my $verdict = { name => "$name:$block->{line}", ok => 0 };
		push @verdicts, $verdict;
		$verdict->{printed} = defined $printed{$i} ? tidy($printed{$i}) : undef;
		if (!defined $printed{$i})
		{
			$verdict->{why} = 'was not reached: the server went away, or a quote is open';
		}
		elsif (!is_finished($block->{sql}))
		{
			$verdict->{why} = 'its last statement has no end';
		}
		elsif (defined $block->{result})
		{
			$verdict->{wanted} = tidy($block->{result});
			$verdict->{ok} = $verdict->{printed} eq $verdict->{wanted};
			$verdict->{why} = 'prints something else';
		}
		else
		{
			$verdict->{ok} =
			  $printed{$i} !~ /^(?:ERROR|FATAL|PANIC):  |^invalid command |^\\\w+: |^psql: /m;
			$verdict->{why} = 'fails';
		}
	}
	push @verdicts, { ok => common_objects() eq $before, name => "$name stays in its schema",
		why => 'leaves objects outside of its schema, or changes what it found there' };
	return @verdicts;
}

# --- does this judge notice anything? -------------------------------------------

my $sample = <<'MARKDOWN';
```sql
CREATE TABLE t (a int);
INSERT INTO t VALUES (1), (NULL);
```

```sql
SELECT a FROM t;  -- two rows
```

```text
 a
---
 1

(2 rows)
```

A wrong result, an expected error, an unexpected one, an unfinished statement:

```sql
SELECT 1 AS one;
```
```
 one
-----
   2
(1 row)
```

```sql
SELECT 1 / 0;
```

```text
ERROR:  division by zero
```

```sql
SELECT 1 / 0;
```

This is no result, for text stands between:

```text
ERROR:  division by zero
```

```sql
SELECT 2
```

<!-- skip: it would not run -->

```sql
SELECT nonsense;
```

```sql
\nonsense
SELECT a + 1 AS b FROM t WHERE a = 1;
```

```text
invalid command \nonsense
 b
---
 2
(1 row)
```
MARKDOWN

is( join(' ', map { $_->{ok} ? 'right' : 'wrong' } check_document('sample', $sample)),
	'right right wrong right wrong wrong right right',
	'the judge of the examples judges right');
is( join(' ', map { $_->{ok} ? 'right' : 'wrong' }
		  check_document('sample', "```sql\nSELECT 'a;\n```\n\n```sql\nSELECT 1;\n```\n\n```sql\n")),
	'wrong wrong wrong right',
	'and notices an open quote and an open block');
is( join(' ', map { $_->{ok} ? 'right' : 'wrong' }
		  check_document('sample', "```sql\nCREATE VIEW public.stray AS SELECT 1;\n```\n")),
	'right wrong',
	'and a document that leaves its schema');
$node->safe_psql($database, 'DROP VIEW public.stray');

# --- the documents ----------------------------------------------------------------

chdir $source or die "$source: $!";
for my $file (grep { -f } 'README.md', sort glob('docs/*.md'))
{
	for my $verdict (check_document($file, slurp_file($file)))
	{
		ok($verdict->{ok}, $verdict->{name});
		next if $verdict->{ok};
		diag("$verdict->{name} $verdict->{why}");
		diag("--- the document says\n$verdict->{wanted}") if defined $verdict->{wanted};
		diag("--- psql prints\n$verdict->{printed}") if defined $verdict->{printed};
	}
}

# --- the dashboards -----------------------------------------------------------------

load_once(map { "examples/$_.sql" } qw(saas shop models health worklists));
my $ask = sub {
	my ($printed, $errors) = ('', '');
	$node->psql($database, shift, stdout => \$printed, stderr => \$errors);
	diag($errors) if $errors ne '';
	return $printed;
};
subtest 'examples/metabase' => sub { check_metabase('.', $ask) };
subtest 'examples/grafana' => sub { check_grafana('.', $ask) };

# --- what they name --------------------------------------------------------------

my %public = map { $_ => 1 } split /\n/,
  $node->safe_psql($database, slurp_file('tools/public-functions.sql') . 'SELECT DISTINCT proname FROM public_function');
cmp_ok(scalar keys %public, '>', 50, 'the extension has functions');

# Each is in README.md and in the page of the family whose part declares it.
my $readme = slurp_file('README.md');
for my $part (sort glob('sql/parts/*.sql'))
{
	my ($family) = $part =~ m{([^/]+)\.sql$};
	my %names = map { $_ => 1 }
	  grep { $public{$_} } slurp_file($part) =~ /^CREATE (?:FUNCTION|AGGREGATE) (\w+)\s*\(/mg;
	next if !%names;
	my $page = -f "docs/$family.md" ? slurp_file("docs/$family.md") : '';
	for my $text ([ 'README.md', $readme ], [ "docs/$family.md", $page ])
	{
		is(join(' ', grep { $text->[1] !~ /\b$_\(/ } sort keys %names),
			'', "$text->[0] names every function of $family");
	}
}

# docs/functions.md says what the comments in the database say.
{
	local $ENV{PGHOST} = $node->host;
	local $ENV{PGPORT} = $node->port;
	local $ENV{PGDATABASE} = $database;
	my $index = `perl tools/docs-index.pl`;
	is($?, 0, 'the index of functions can be made');
	cmp_ok(scalar(grep { $index =~ /^\| `$_\(/m } keys %public), '==', scalar keys %public, 'it has every function');
	is(slurp_file('docs/functions.md'), $index, 'docs/functions.md is current (make docs-index writes it)');
}

# What they say of speed is what a run of make bench measured.
is(system($^X, 'tools/bench-docs.pl', '--check'), 0, 'the numbers are those of bench/results.md (tools/bench-docs.pl writes them)');

# README.md lists the targets of make help.
my ($list) = $readme =~ /`make help` lists the rest:\n\n```text\n(.*?)```\n/s;
my $help = join '', map { s/^#: ?//r } grep { /^#:/ } map { "$_\n" } split /\n/, slurp_file('Makefile');
is($list, $help, 'README.md and make help list the same targets');

$node->stop;
done_testing();
