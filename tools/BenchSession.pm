# A session of the benchmarks: psql, or DuckDB in a process of node, as a
# program that is asked one text after the other.
#
#	my $session = BenchSession->postgres($seed);
#	my ($answer, $wall, $cpu) = $session->timed('SELECT 1;');
#	$session->end;
#
# Times are in ms: by the clock, and the processor time of the server process
# (of all threads of DuckDB), undef where the system does not tell it.
package BenchSession;

use strict;
use warnings;

use File::Basename qw(dirname);
use IPC::Open2;

my $end = '@@ end';

sub start
{
	my ($class, @command) = @_;
	my $self = bless { name => $command[0] }, $class;

	$self->{process} = open2($self->{from}, $self->{to}, @command);
	return $self;
}

sub postgres
{
	my ($class, $seed) = @_;
	my $self = $class->start('psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-v', "seed=$seed");

	$self->{pid} = $self->ask('SELECT pg_backend_pid();');
	chomp $self->{pid};
	return $self;
}

# with the package below FOLDER/node_modules
sub duckdb
{
	my ($class, $folder) = @_;

	return $class->start('node', dirname(__FILE__) . '/bench-duck.mjs', $folder);
}

sub end
{
	my ($self) = @_;

	close $self->{to};
	waitpid($self->{process}, 0);
}

sub ask
{
	my ($self, $text) = @_;
	my ($to, $from) = @$self{qw(to from)};
	my $answer = '';

	print $to $self->{pid} || $self->{name} eq 'psql' ? "$text\n\\echo $end\n" : "$text\n$end\n";
	while (my $line = <$from>)
	{
		return $answer if $line eq "$end\n";
		$answer .= $line;
	}
	die "$self->{name} ended\n";
}

# processor time of the server process
sub processor_time
{
	my ($self) = @_;

	open(my $in, '<', "/proc/$self->{pid}/schedstat") or return undef;
	my $line = <$in>;
	close $in;
	return defined $line && $line =~ /^(\d+)/ && $1 > 0 ? $1 / 1e6 : undef;
}

# answer, ms by the clock, ms of the processor
sub timed
{
	my ($self, $sql) = @_;
	my ($before, $after, $answer, $wall);

	if (!$self->{pid})
	{
		$answer = $self->ask($sql);
		$answer =~ s/^Time: ([\d.]+) ([\d.]+)\n// or die "no time in: $answer\n";
		return ($answer, $1, $2);
	}
	$before = $self->processor_time;
	$answer = $self->ask("\\timing on\n$sql\n\\timing off");
	$after = $self->processor_time;
	$answer =~ s/^Time: ([\d.]+) ms.*\n//m or die "no time in: $answer\n";
	$wall = $1;
	die "more than one statement: $sql\n" if $answer =~ /^Time: /m;
	return ($answer, $wall, defined $before && defined $after ? $after - $before : undef);
}

1;
