#!/usr/bin/perl
# make check-links: does every relative link of the Markdown files lead to a
# file, and to a heading in it?
use strict;
use warnings;

# The text of a file without its blocks of code.
sub prose
{
	my ($file) = @_;
	open(my $in, '<:encoding(UTF-8)', $file) or die "$file: $!\n";
	local $/;
	return <$in> =~ s/^(`{3,}).*?^\1[ \t]*$//gmsr;
}

# The anchors that a page has, as GitHub makes them of headings.
my %anchors;
sub anchors
{
	my ($file) = @_;
	return $anchors{$file} //= do
	{
		my %found;
		for my $heading (prose($file) =~ /^#+ +(.*?) *$/mg)
		{
			my $anchor = lc($heading =~ s/\[(.*?)\]\(.*?\)/$1/gr);
			$anchor =~ s/[^\w -]//g;
			$anchor =~ tr/ /-/;
			my $again = $found{$anchor} // 0;
			$found{$anchor}++;
			$found{"$anchor-$again"} = 1 if $again;
		}
		\%found;
	};
}

my $wrong = 0;
my $links = 0;
for my $file (@ARGV)
{
	my ($folder) = $file =~ m{^(.*/)}s;
	for my $target (prose($file) =~ s/`[^`\n]*`//gr =~ /\]\(([^)\s]+)\)/g)
	{
		next if $target =~ m{^[a-z]+:}i;
		$links++;
		my ($path, $anchor) = split /#/, $target, 2;
		$path = $path eq '' ? $file : ($folder // '') . $path;
		1 while $path =~ s{(^|/)(?!\.\./)[^/]+/\.\./}{$1};
		my $why = !-e $path ? 'there is no such file' :
			defined $anchor && !anchors($path)->{$anchor} ? 'there is no such heading' : undef;
		next if !defined $why;
		print "$file: $target: $why\n";
		$wrong++;
	}
}
print "$links links lead somewhere\n" if !$wrong;
exit($wrong > 0);
