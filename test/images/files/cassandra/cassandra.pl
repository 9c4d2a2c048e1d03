#!/usr/bin/perl
# A ring of members that stands for Cassandra, which Debian does not have and which half a CPU takes
# minutes to start. What the tutorial shows is real: a member's identity and tokens lie on its
# volume, it finds the others through its seed, and it tells them when it is drained.
# Usage: cassandra.pl, with the environment of the tutorial's image; `nodetool` asks it.
use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($gossip, $admin) = (7000, 7199);
my $data    = '/cassandra_data';
my $address = $ENV{POD_IP} // die "POD_IP is not set\n";
my @seeds   = split /,/, $ENV{CASSANDRA_SEEDS} // '';
my $center  = $ENV{CASSANDRA_DC} // 'DC1';
my $silence = 3;    # seconds after which a member counts as down

$| = 1;
$SIG{TERM} = $SIG{INT} = sub { exit 0 };
$SIG{PIPE} = 'IGNORE';

my $self = kept_identity();
my %ring = ($self->{id} => $self);
my %heard;          # when a member's word was last new
my $drained = 0;

my @listeners = map { listener(@$_) } [$address, $gossip], ['127.0.0.1', $admin];
my $select = IO::Select->new(@listeners);
print "Node $address state jump to $self->{state}\n";
my $next = time;
while (1) {
    for my $listener ($select->can_read(0.2)) {
        my $client = $listener->accept or next;
        $listener == $listeners[0] ? exchange($client) : administer($client);
        close $client;
    }
    next if time < $next;
    $next = time + 1;
    $self->{version}++ unless $drained;
    my $reached = talk();
    # The first seed begins the ring; others join when somebody has told them of it.
    if ($self->{state} eq 'J' && ($reached || is_seed())) {
        $self->{state} = 'N';
        print "Node $address state jump to NORMAL\n";
    }
}

# A generation that grows with each start makes what a former life said old.
sub kept_identity {
    my $file = "$data/identity";
    if (open my $handle, '<', $file) {
        chomp(my ($id, $tokens) = <$handle>);
        return { id => $id, tokens => $tokens, address => $address, rack => rack(),
            state => 'J', generation => time, version => 0 };
    }
    my $id = sprintf '%04x%04x-%04x-4%03x-a%03x-%04x%04x%04x', map { int rand $_ }
        65536, 65536, 65536, 4096, 4096, 65536, 65536, 65536;
    my $tokens = join ',', map { sprintf '%.9f', rand } 1 .. $ENV{CASSANDRA_NUM_TOKENS} // 32;
    open my $handle, '>', "$file.new" or die "cannot write $file: $!\n";
    print $handle "$id\n$tokens\n";
    close $handle or die "cannot write $file: $!\n";
    rename "$file.new", $file or die "cannot write $file: $!\n";
    return kept_identity();
}

sub rack { return $ENV{CASSANDRA_RACK} // 'Rack1' }

sub listener {
    my ($place, $port) = @_;
    return IO::Socket::INET->new(LocalAddr => $place, LocalPort => $port, Listen => 16, ReuseAddr => 1)
        // die "cannot listen on $place:$port: $!\n";
}

# By the first label of its name, as the name itself leads to it only once it is ready.
sub is_seed { return scalar grep { /^\Q$ENV{HOSTNAME}\E(\.|$)/ } @seeds }

# One other member each time, or a seed while none is known.
sub talk {
    my @others = grep { $_ ne $address } map { $_->{address} } values %ring;
    my $peer = @others && rand() < 0.8 ? $others[rand @others] : $seeds[rand @seeds];
    return 0 if !defined $peer || $peer eq $address || is_seed() && !@others;
    my $socket = IO::Socket::INET->new(PeerAddr => $peer, PeerPort => $gossip, Timeout => 1) or return 0;
    exchange($socket);
    return 1;
}

# Both sides tell all they know, and keep what is newer.
sub exchange {
    my ($socket) = @_;
    local $SIG{ALRM} = sub { die "slow\n" };
    eval {
        alarm 2;
        my @fields = qw(id address rack state generation version tokens);
        print $socket join("\t", map { $_ // '' } @$_{@fields}) . "\n" for values %ring;
        print $socket "\n";
        while (defined(my $line = <$socket>)) {
            chomp $line;
            last if $line eq '';
            my %member;
            @member{@fields} = split /\t/, $line;
            learn(\%member);
        }
        alarm 0;
    };
    alarm 0;
}

sub learn {
    my ($member) = @_;
    return if $member->{id} eq $self->{id};
    my $known = $ring{ $member->{id} };
    return if $known && ($known->{generation} <=> $member->{generation}
        || $known->{version} <=> $member->{version}) >= 0;
    print "Node $member->{address} is now part of the cluster\n" unless $known;
    $ring{ $member->{id} } = $member;
    $heard{ $member->{id} } = time;
}

sub is_up {
    my ($member) = @_;
    return !$drained if $member->{id} eq $self->{id};
    return $member->{state} ne 'D' && time - ($heard{ $member->{id} } // 0) < $silence;
}

sub administer {
    my ($client) = @_;
    chomp(my $command = <$client> // '');
    if ($command eq 'status') { print $client status() }
    elsif ($command eq 'drain') {
        ($drained, $self->{state}) = (1, 'D');
        $self->{version}++;
        for my $member (grep { $_->{id} ne $self->{id} } values %ring) {
            my $socket = IO::Socket::INET->new(PeerAddr => $member->{address}, PeerPort => $gossip, Timeout => 1);
            exchange($socket) if $socket;
        }
        print "DRAINED\n";
    }
    else { print $client "nodetool: Found unexpected parameters: [$command]\n" }
}

sub status {
    my $text = "Datacenter: $center\n" . '=' x (12 + length $center) . "\n"
        . "Status=Up/Down\n|/ State=Normal/Leaving/Joining/Moving\n";
    my @rows = (['--', 'Address', 'Load', 'Tokens', 'Owns (effective)', 'Host ID', 'Rack']);
    my $owned = ownership();
    for my $member (sort { $a->{address} cmp $b->{address} } values %ring) {
        my $state = $member->{state} eq 'J' ? 'J' : 'N';
        push @rows, [(is_up($member) ? 'U' : 'D') . $state, $member->{address}, load(),
            scalar(split /,/, $member->{tokens}), sprintf('%.1f%%', 100 * ($owned->{ $member->{id} } // 0)),
            $member->{id}, $member->{rack}];
    }
    my @widths = (3, 11, 11, 12, 17, 37, 0);
    return $text . join '', map { my $row = $_; join(' ', map { sprintf "%-$widths[$_]s", $row->[$_] } 0 .. 6) . "\n" } @rows;
}

# Each range is kept by the member whose token ends it and by the next other one.
sub ownership {
    my @tokens = sort { $a->[0] <=> $b->[0] }
        map { my $id = $_->{id}; map { [$_, $id] } split /,/, $_->{tokens} } values %ring;
    my %owned;
    for my $index (0 .. $#tokens) {
        my $width = $tokens[$index][0] - ($index ? $tokens[$index - 1][0] : $tokens[-1][0] - 1);
        my $owner = $tokens[$index][1];
        my ($next) = grep { $_ ne $owner } map { $tokens[($index + $_) % @tokens][1] } 1 .. @tokens;
        $owned{$_} += $width for grep { defined } $owner, $next;
    }
    return \%owned;
}

sub load {
    return sprintf '%.2f KiB', (-s "$data/identity") / 1024;
}
