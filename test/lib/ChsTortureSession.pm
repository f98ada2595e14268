# One session of the torture: a psql that stays, and what is measured at its backend.
#
# ask() sends statements, waits for the last one and says how it ended: SQLSTATE,
# what was printed, milliseconds.  With "cancel => ms" it sends SIGINT to the
# backend after that time, as pg_cancel_backend() does, and measures until the
# session is ready again, which comes after the memory is freed and so is later
# than what a user waits for.
package ChsTortureSession;

use strict;
use warnings;

use IO::Select;
use IPC::Open2;
use Time::HiRes qw(time sleep);

# A statement that runs for longer than this (seconds) and half as much again hangs:
# statement_timeout should have ended it.
our $patience = 60;

my $marker = 'end-of-answer';

# new(psql => program, host, port, user, database, settings => SQL)
sub new
{
	my ($class, %how) = @_;
	my $self = bless { how => {%how}, count => 0 }, $class;
	$self->connect;
	return $self;
}

sub connect
{
	my ($self) = @_;
	my %how = %{ $self->{how} };
	my @command = ($how{psql}, '-X', '-q', '-A', '-t', '-h', $how{host}, '-p', $how{port}, '-U', $how{user}, '-d', $how{database});

	# both streams through one pipe, so that an error stands where it happened
	my $pid = open2(my $out, my $in, 'sh', '-c', 'exec "$0" "$@" 2>&1', @command);
	binmode $in, ':utf8';
	$in->autoflush(1);
	@$self{qw(pid in out buffer)} = ($pid, $in, $out, '');
	my $hello = $self->ask("\\pset null NULL\n\\set VERBOSITY verbose\n$how{settings};\nSELECT 'backend ' || pg_backend_pid()");
	($self->{backend}) = $hello->{text} =~ /backend (\d+)/ or die "no session: $hello->{text}\n";
	return;
}

sub close
{
	my ($self) = @_;
	$self->finish if $self->{pid};
	return;
}

sub finish
{
	my ($self) = @_;
	CORE::close $self->{in};
	CORE::close $self->{out};
	waitpid $self->{pid}, 0;
	$self->{pid} = 0;
	return;
}

# Waits up to this time for more; false if nothing came, undef at the end.
sub read_more
{
	my ($self, $seconds) = @_;
	return 0 if !IO::Select->new($self->{out})->can_read($seconds < 0 ? 0 : $seconds);
	return sysread($self->{out}, $self->{buffer}, 1 << 16, length $self->{buffer}) ? 1 : undef;
}

# The answer up to the marker, or nothing yet.
sub take_answer
{
	my ($self) = @_;
	return if $self->{buffer} !~ s/\A(.*?)^\Q$marker\E $self->{count} (\w+)\n//ms;
	return ($1, $2);
}

# ask(SQL, cancel => ms): { state, text, ms, late }.  state is "lost" if the
# backend is gone and "hung" if it does not answer at all.
sub ask
{
	my ($self, $sql, %how) = @_;
	my $begin = time;
	my $cancel_at = defined $how{cancel} ? $begin + $how{cancel} / 1000 : undef;
	my $cancelled;

	$self->{count}++;
	local $SIG{PIPE} = 'IGNORE';
	print { $self->{in} } "$sql;\n\\echo $marker $self->{count} :SQLSTATE\n";
	while (1)
	{
		my ($text, $state) = $self->take_answer;
		return $self->answer($begin, $cancelled, $text, $state) if defined $state;
		my $now = time;
		return $self->answer($begin, $cancelled, $self->{buffer}, 'hung') if $now > $begin + 1.5 * $patience;
		if (defined $cancel_at && !$cancelled && $now >= $cancel_at)
		{
			kill 'INT', $self->{backend};
			$cancelled = time;
		}
		my $until = defined $cancel_at && !$cancelled ? $cancel_at - $now : 5;
		my $more = $self->read_more($until);
		return $self->answer($begin, $cancelled, $self->{buffer}, 'lost') if !defined $more;
	}
}

sub answer
{
	my ($self, $begin, $cancelled, $text, $state) = @_;
	my $now = time;
	# the first error counts, and not what it made of the statements after it
	$state = $1 if $state !~ /^[a-z]/ && $text =~ /^(?:ERROR|FATAL|PANIC): +(\w{5}): /m;
	utf8::decode($text);
	return { state => $state, text => $text, ms => 1000 * ($now - $begin),
		late => $cancelled ? 1000 * ($now - $cancelled) : undef };
}

# A new backend, once the server takes connections again.
sub renew
{
	my ($self) = @_;
	$self->finish if $self->{pid};
	for (1 .. 120)
	{
		$self->{buffer} = '';
		return 1 if eval { $self->connect; 1 };
		$self->finish if $self->{pid};
		sleep 0.5;
	}
	die "the server takes no connections\n";
}

# The most memory that the backend has held, in MB: pages that it has touched,
# shared buffers among them.
sub peak_mb
{
	my ($self) = @_;
	open(my $file, '<', "/proc/$self->{backend}/status") or return 0;
	local $/;
	return <$file> =~ /^VmHWM:\s*(\d+)/m ? $1 / 1024 : 0;
}

1;
