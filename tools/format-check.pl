# make format-check: the rules of PostgreSQL's layout that can be judged line by
# line.  (.clang-format is for editors; its opinion on broken lines differs
# from pgindent's too much to be a judge.)
#
#	perl tools/format-check.pl FILE...
use strict;
use warnings;

my $most_lines = 800;
my $wrong = 0;

# code without what comments and strings say; lines stay lines
sub blank
{
	my ($text) = @_;
	$text =~ s/[^\n\t]/ /g;
	return $text;
}

# the column in which a line's text begins, tabs being 4 wide
sub column_of
{
	my ($indent) = @_;
	my $column = 0;
	$column = $_ eq "\t" ? $column + 4 - $column % 4 : $column + 1 for split //, $indent;
	return $column;
}

# Calls $report with the lines that go on within a parenthesis and do not begin
# in the column behind it.  Macros have their own shapes.
sub check_continuations
{
	my ($code, $raw, $report) = @_;
	my @open;    # [ parenthesis, the column behind it ]
	my $macro = 0;

	for my $i (0 .. $#$raw)
	{
		my $goes_on = $macro && $i > 0 && $raw->[ $i - 1 ] =~ /\\$/;
		@open = () if $macro && !$goes_on;
		$macro = $goes_on || $code->[$i] =~ /^\s*#/;
		next if $macro;

		my ($indent, $text) = $raw->[$i] =~ /^([ \t]*)(.*)/;
		my $is_code = $code->[$i] =~ /\S/ || $text =~ m{^/\*};
		$report->($i, $open[-1][1])
		  if $is_code && @open && $open[-1][0] eq '(' && column_of($indent) != $open[-1][1];

		my $column = 0;
		for my $char (split //, $code->[$i])
		{
			$column += $char eq "\t" ? 4 - $column % 4 : 1;
			push @open, [ $char, $column ] if $char =~ /[({[]/;
			pop @open if $char =~ /[)}\]]/;
		}
	}
}

for my $file (@ARGV)
{
	open(my $in, '<', $file) or die "$file: $!\n";
	my $source = do { local $/; <$in> };
	close $in;

	my $complain = sub {
		my ($number, $what) = @_;
		print "$file:$number: $what\n";
		$wrong++;
	};

	my @raw = split /\n/, $source, -1;
	$complain->(scalar @raw, 'no newline at the end of the file') if pop(@raw) ne '';
	$complain->(scalar @raw, "more than $most_lines lines: divide the file")
	  if @raw > $most_lines;
	for my $i (0 .. $#raw)
	{
		$complain->($i + 1, 'blanks at the end of the line') if $raw[$i] =~ /[ \t\r]$/;
		$complain->($i + 1, 'indented with blanks, not tabs')
		  if $raw[$i] =~ /^\t* {4,}\S/ && $raw[$i] !~ /^\t* +\*/;
	}

	my $code = $source;
	$code =~ s{("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(/\*.*?\*/)|(//[^\n]*)}
		{ defined $1 ? substr($1, 0, 1) . blank(substr($1, 1, -1)) . substr($1, -1)
		  : defined $2 ? blank($2) : $3 }gse;
	my @code = split /\n/, $code, -1;
	check_continuations(\@code, \@raw,
		sub { $complain->($_[0] + 1, "goes on in another column than $_[1], behind the parenthesis") });
	for my $i (0 .. $#code)
	{
		local $_ = $code[$i];
		$complain->($i + 1, 'comment with //') if m{//};
		next if /^\s*#/ || /\\$/;    # macros have their own shapes
		$complain->($i + 1, 'brace on the line of its statement')
		  if /\)\s*\{\s*$/ || /\b(?:else|do)\s*\{/ || /\}\s*else\b/;
		$complain->($i + 1, 'no blank between keyword and parenthesis')
		  if /\b(?:if|for|while|switch)\(/;
		$complain->($i + 1, 'blank inside parentheses') if /\( \S/ || /[^\s;] \)/;
		$complain->($i + 1, 'the star of a pointer belongs to the name')
		  if /^\s*(?:static |const |extern )*(?:char|void|int|double|text|bytea|[A-Z]\w*[a-z]\w*)\* +\w/;
		$complain->($i + 1, 'no blank after a comma') if /,[^\s]/;
		$complain->($i + 1, 'two statements on a line')
		  if /;\s*\S.*;\s*$/ && !/\bfor\b/;
		# a definition at the margin: the name begins a line of its own
		$complain->($i + 1, 'return type on the line of the function\'s name')
		  if /^(?:static |inline )*[A-Za-z_]\w*[ \t]+\**[a-z]\w*\([^;]*\)$/
		  && ($code[ $i + 1 ] // '') =~ /^\{/;
	}
}

if ($wrong)
{
	print "$wrong lines are not in PostgreSQL's layout\n";
	exit 1;
}
print scalar(@ARGV), " files are in PostgreSQL's layout\n";
