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
