# Colours what psql prints: headings, and the names of bands in table cells.
#
# psql shows escape characters as \x1B in its tables, so colour cannot come
# from SQL.  A cell that is exactly the name of a band or a colour is painted;
# which name has which colour an SQL script says by a line of its own,
#
#	@color green thriving
#
# (for the bands of its model: SELECT format('@color %s %s', color, name)),
# which is not shown.  Lines that begin with `== ` are headings.
use strict;
use warnings;

$| = 1;
my $colour = $ENV{COLOR} // 0;
my %code = (red => 31, yellow => 33, green => 32, grey => 90, gray => 90,
	blue => 34, orange => 33);
my %paint = (
	unhealthy => 'red',
	'at risk' => 'yellow',
	healthy => 'green',
	'no score' => 'grey',
	map { $_ => $_ } qw(red yellow green grey));
my $cell;

while (my $line = <STDIN>)
{
	if ($line =~ /^ ?\@color (\w+) (.+?)\s*$/)
	{
		$paint{$2} = $1;
		undef $cell;
		next;
	}
	if ($colour)
	{
		$cell //= join '|', map { quotemeta } sort { length $b <=> length $a } keys %paint;
		if ($line =~ /^== /)
		{
			chomp $line;
			$line = "\e[1m$line\e[0m\n";
		}
		elsif ($line =~ /\|/)
		{
			$line =~ s{((?:^|\|) *)($cell)(?= *(?:\||$))}
				{"$1\e[" . ($code{$paint{$2}} // 1) . "m$2\e[0m"}ge;
		}
	}
	print $line;
}
