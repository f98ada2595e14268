# Writes what a run of make bench measured into the documents.
#
#	perl tools/bench-docs.pl [REPORT | --check]
#
# REPORT, the output of make bench, becomes bench/results.md.  From that file come
# the numbers of README.md and docs/performance.md, and docs/images/performance.svg.
# --check writes nothing and fails if one of them says anything else.
#
# A row of a table with one of these comments in its first cell gets its
# other cells, and a table that follows one of the last kind is replaced:
#
#	<!-- bench: times QUERY REFERENCE -->		how many times longer QUERY takes
#	<!-- bench: beside CHS DUCKDB [STORED] -->	ms, and how many times longer DuckDB takes
#	<!-- bench: forms CHS USUAL BEST -->		ms, and how many times longer the SQL takes ("-": none)
#	<!-- bench: section NAME -->				the table of a section of the report
use strict;
use warnings;

my $results = 'bench/results.md';
my $plot = 'docs/images/performance.svg';
my ($argument) = (@ARGV, '');
my (%query, %section, @plotted);

sub slurp
{
	my ($file) = @_;

	open(my $in, '<:encoding(UTF-8)', $file) or die "$file: $!\n";
	local $/;
	return <$in>;
}

# Only what differs is written; false if --check finds that.
sub put
{
	my ($file, $text) = @_;

	return 1 if -f $file && slurp($file) eq $text;
	if ($argument eq '--check')
	{
		print STDERR "$file differs from what $results says\n";
		return 0;
	}
	open(my $out, '>:encoding(UTF-8)', $file) or die "$file: $!\n";
	print $out $text;
	close $out or die "$file: $!\n";
	print "$file\n";
	return 1;
}

# --- the report -----------------------------------------------------------------

# what comes before the machine's description is progress, not result
sub clean_report
{
	my ($text) = @_;

	$text =~ s/\A.*?^(?=Processor: )//ms or die "$argument is no report of make bench\n";
	$text =~ s/^(?=(?:Processor|PostgreSQL|DuckDB|Seed)\b)/- /mg;
	return "# A run of make bench\n\n[README.md](README.md) says how to read it.\n\n$text";
}

sub read_results
{
	my $section;

	for my $line (split /\n/, slurp($results))
	{
		$section = $1 if $line =~ /^### (\S+)/;
		next if !$section || $line !~ /^\|/;
		$section{$section} .= "$line\n";
		my ($name, $wall, $cpu, $against, $ratio, $cpu_ratio) = map { s/^\s+|\s+$//gr } (split /\|/, $line)[ 1 .. 6 ];
		next if $name !~ /^\w+$/ || $section eq 'growth';
		$query{$name}{ms} = $cpu ne '' ? $cpu : $wall;
		$query{$name}{times}{$against} = $cpu_ratio ne '' ? $cpu_ratio : $ratio if $against ne '';
	}
}

sub query
{
	my ($name) = @_;

	return $query{$name} // die "$results has no $name\n";
}

sub times_longer
{
	my ($name, $reference) = @_;
	my $times = query($name)->{times}{$reference} // query($name)->{ms} / query($reference)->{ms};

	return sprintf $times < 1 ? '%.2f' : $times < 20 ? '%.1f' : '%.0f', $times;
}

# --- the documents ----------------------------------------------------------------

sub cells
{
	my ($kind, $task, @names) = @_;
	my $reference = $names[0];

	return times_longer(@names) if $kind eq 'times';
	if ($kind eq 'forms')
	{
		my @forms = map { $_ eq '-' ? ('', '') : (query($_)->{ms}, times_longer($_, $reference)) } @names[ 1, 2 ];
		return (query($reference)->{ms}, @forms);
	}
	my (undef, $duck, $stored) = @names;
	push @plotted, { task => $task, chs => query($reference)->{ms}, duck => query($duck)->{ms}, stored => $stored && query($stored)->{ms} };
	return (query($reference)->{ms}, $stored ? query($stored)->{ms} : '', query($duck)->{ms}, query("${duck}_2")->{ms},
		times_longer($duck, $reference), $stored ? times_longer($duck, $stored) : '');
}

sub new_text
{
	my ($text) = @_;

	$text =~ s{^\| (.*?) (<!-- bench: (times|beside|forms) (.*?) -->) \|.*$}
		{ join(' | ', "| $1 $2", cells($3, $1, split ' ', $4)) . ' |' }gme;
	$text =~ s{(<!-- bench: section (\w+) -->\n\n)(?:\|.*\n)*}
		{ $1 . ($section{$2} // die "$results has no section $2\n") }ge;
	return $text;
}

# --- the plot -----------------------------------------------------------------------

my ($left, $right, $top, $step, $width) = (270, 24, 72, 28, 820);
my ($lowest, $highest) = (-1, 4);    # powers of ten, in ms

sub place
{
	my ($ms) = @_;
	my $power = $ms > 0 ? log($ms) / log(10) : $lowest;

	$power = $lowest if $power < $lowest;
	$power = $highest if $power > $highest;
	return sprintf '%.1f', $left + ($power - $lowest) / ($highest - $lowest) * ($width - $left - $right);
}

my %mark = (
	duck => sub { sprintf '<circle class="duck" cx="%s" cy="%s" r="6"/>', @_ },
	chs => sub { sprintf '<rect class="chs" x="%.1f" y="%.1f" width="11" height="11"/>', $_[0] - 5.5, $_[1] - 5.5 },
	stored => sub { sprintf '<path class="stored" d="M%s %sl7 7l-7 7l-7 -7z"/>', $_[0], $_[1] - 7 });

sub svg
{
	my $bottom = $top + $step * @plotted;
	my $height = $bottom + 40;
	my $svg = <<"SVG";
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" width="$width" height="$height" role="img">
<title>Time of each question, chs and DuckDB, in ms</title>
<style>
	text { font: 13px sans-serif; fill: #222 }
	.ground { fill: #fff } .line { stroke: #ccc } .duck { fill: #d9730d } .chs { fill: #1f6feb } .stored { fill: #1a7f37 }
	\@media (prefers-color-scheme: dark) {
		text { fill: #ddd }
		.ground { fill: #161b22 } .line { stroke: #444 } .duck { fill: #ffa657 } .chs { fill: #79c0ff } .stored { fill: #56d364 }
	}
</style>
<rect class="ground" width="$width" height="$height"/>
<text x="16" y="24">Processor time of one thread, logarithmic; further left is faster</text>
SVG
	my $x = 16;
	for my $key ([ duck => 'DuckDB, from rows in memory' ], [ chs => 'chs, from rows' ], [ stored => 'chs, from stored summaries' ])
	{
		$svg .= $mark{ $key->[0] }->($x + 8, 46) . sprintf(qq{<text x="%d" y="50">%s</text>\n}, $x + 22, $key->[1]);
		$x += 230;
	}
	for my $power ($lowest .. $highest)
	{
		my $at = place(10**$power);
		my $label = $power < 3 ? 10**$power . ' ms' : 10**($power - 3) . ' s';
		$svg .= sprintf qq{<line class="line" x1="%s" x2="%s" y1="%d" y2="%d"/><text x="%s" y="%d" text-anchor="middle">%s</text>\n},
		  $at, $at, $top, $bottom, $at, $bottom + 20, $label;
	}
	for my $i (0 .. $#plotted)
	{
		my $row = $plotted[$i];
		my $y = $top + $step * ($i + 0.5);
		my $task = $row->{task} =~ s/`//gr;

		$svg .= sprintf qq{<text x="%d" y="%d" text-anchor="end">%s</text>\n}, $left - 14, $y + 4, $task;
		$svg .= $mark{$_}->(place($row->{$_}), $y) . "\n" for grep { defined $row->{$_} } qw(duck chs stored);
	}
	return "$svg</svg>\n";
}

my $good = 1;
$good &= put($results, clean_report(slurp($argument))) if $argument ne '' && $argument ne '--check';
read_results();
$good &= put($_, new_text(slurp($_))) for 'README.md', 'docs/performance.md';
$good &= put($plot, svg());
exit !$good;
