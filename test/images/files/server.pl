#!/usr/bin/perl
# The web servers that the tutorials' images have, for images that are built from Debian packages.
# Usage: server.pl echoserver | bootcamp VERSION | hello-app VERSION | node-hello
#        agnhost netexec [--http-port=8080] [--udp-port=8081] | agnhost serve-hostname | agnhost pause
use strict;
use warnings;
use IO::Socket::INET;
use POSIX ();

$| = 1;
my $host = (POSIX::uname())[1];
my $started = ticks();
my $requests = 0;
$SIG{TERM} = $SIG{INT} = sub { exit 0 };    # process 1 has no default actions
$SIG{CHLD} = sub { 1 while waitpid(-1, POSIX::WNOHANG()) > 0 };

# Called under a name of its own, as the images do: that is the mode.
my $mode = $0 =~ m{/agnhost$} ? 'agnhost' : shift @ARGV // '';
if    ($mode eq 'echoserver') { serve(8080, \&echo) }
elsif ($mode eq 'node-hello') { serve(8080, sub { text('Hello Kubernetes!') }) }
elsif ($mode eq 'bootcamp')   { bootcamp(shift @ARGV) }
elsif ($mode eq 'hello-app')  { hello(shift @ARGV) }
elsif ($mode eq 'agnhost')    { agnhost(@ARGV) }
else                          { die "unknown server \"$mode\"\n" }

sub echo {
    my ($request) = @_;
    my ($path, $query) = split /\?/, $request->{target}, 2;
    my $headers = join '', map { "$_=$request->{headers}{$_}\n" } sort keys %{ $request->{headers} };
    my $name = ($request->{headers}{host} // $host) =~ s/:\d+$//r;
    my $body = length $request->{body} ? $request->{body} : '-no body in request-';
    return text(<<"TEXT" . $body);
CLIENT VALUES:
client_address=$request->{address}
command=$request->{method}
real path=$path
query=@{[ $query // 'nil' ]}
request_version=$request->{version}
request_uri=http://$name:8080$request->{target}

SERVER VALUES:
server_version=perl: $^V

HEADERS RECEIVED:
${headers}BODY:
TEXT
}

sub bootcamp {
    my ($version) = @_;
    print "Kubernetes Bootcamp App Started At: @{[ now() ]} | Running On:  $host \n\n";
    serve(8080, sub {
        my $uptime = sprintf '%.3f', (ticks() - $started) / POSIX::sysconf(POSIX::_SC_CLK_TCK());
        print "Running On: $host | Total Requests: $requests | App Uptime: $uptime seconds"
            . " | Log Time: @{[ now() ]}\n";
        return text("Hello Kubernetes bootcamp! | Running on: $host | v=$version\n");
    });
}

sub hello {
    my ($version) = @_;
    my $port = $ENV{PORT} || 8080;
    print STDERR log_time() . " Server listening on port $port\n";
    serve($port, sub {
        my ($request) = @_;
        print STDERR log_time() . " Serving request: $request->{target}\n";
        return text("Hello, world!\nVersion: $version\nHostname: $host\n");
    });
}

sub agnhost {
    my ($command, @flags) = @_;
    my %flag = ('http-port' => 8080, 'udp-port' => 8081, port => 9376);
    while (defined(my $argument = shift @flags)) {
        die "unknown flag: $argument\n" unless $argument =~ /^--([a-z-]+)(?:=(.*))?$/ && exists $flag{$1};
        $flag{$1} = defined $2 ? $2 : shift @flags;
    }
    if (!defined $command || $command eq 'pause') {
        print "Paused\n";
        sleep while 1;
    }
    return serve($flag{port}, sub { text("$host\n") }) if $command eq 'serve-hostname';
    die "Error: unknown command \"$command\" for \"app\"\n" unless $command eq 'netexec';
    print STDERR klog("Started HTTP server on port $flag{'http-port'}");
    print STDERR klog("Started UDP server on port  $flag{'udp-port'}");
    my $datagrams = fork // die "cannot fork: $!\n";
    serve_datagrams($flag{'udp-port'}) if $datagrams == 0;
    $SIG{TERM} = $SIG{INT} = sub { kill 'TERM', $datagrams; exit 0 };
    serve($flag{'http-port'}, \&netexec);
}

sub netexec {
    my ($request) = @_;
    my ($path, $query) = split /\?/, $request->{target}, 2;
    my %parameter = map { map { decode($_) } (split(/=/, $_, 2), '')[0, 1] } split /&/, $query // '';
    print STDERR klog("$request->{method} $path");
    return text('NOW: ' . now())                           if $path eq '/';
    return text($host)                                     if lc $path eq '/hostname';
    return text("$request->{address}:$request->{port}")    if $path eq '/clientip';
    return text($request->{headers}{lc($parameter{key} // '')} // '') if $path eq '/header';
    return text('')                                        if $path eq '/healthz';
    return text($parameter{msg} // '', $parameter{code})   if $path eq '/echo';
    if ($path eq '/exit' || $path eq '/shutdown') {
        kill 'TERM', getppid;
        return text('');
    }
    return text("404 page not found\n", 404);
}

# One process per connection, and one request per connection.
sub serve {
    my ($port, $answer) = @_;
    my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 128, ReuseAddr => 1)
        or die "cannot listen on port $port: $!\n";
    while (1) {
        my $client = $listener->accept or next;    # interrupted by the end of a child
        $requests++;
        my $child = fork // die "cannot fork: $!\n";
        if ($child == 0) {
            $SIG{CHLD} = $SIG{TERM} = 'DEFAULT';
            close $listener;
            my $request = receive($client);
            print $client $answer->($request) if $request;
            shutdown $client, 1;
            exit 0;
        }
        close $client;
    }
}

sub receive {
    my ($client) = @_;
    my $first = <$client> // return;
    my ($method, $target, $version) = $first =~ m{^(\S+) (\S+) HTTP/(\d\.\d)\r?\n} or return;
    my %headers;
    while (defined(my $line = <$client>)) {
        $line =~ s/\r?\n$//;
        last if $line eq '';
        my ($name, $value) = split /:\s*/, $line, 2;
        $headers{lc $name} = $value // '';
    }
    print $client "HTTP/1.1 100 Continue\r\n\r\n" if lc($headers{expect} // '') eq '100-continue';
    my $body = '';
    if (lc($headers{'transfer-encoding'} // '') eq 'chunked') {
        while (defined(my $size = <$client>)) {
            my $length = hex $size;
            read $client, $body, $length, length $body;
            <$client>;
            last if $length == 0;
        }
    }
    elsif (($headers{'content-length'} // 0) =~ /^(\d+)$/) { read $client, $body, $1 }
    return {
        method  => $method,
        target  => $target,
        version => $version,
        headers => \%headers,
        body    => $body,
        address => $client->peerhost,
        port    => $client->peerport,
    };
}

sub text {
    my ($body, $code) = @_;
    $code ||= 200;
    my %reason = (200 => 'OK', 404 => 'Not Found');
    return "HTTP/1.1 $code " . ($reason{$code} // 'Status') . "\r\nContent-Type: text/plain\r\n"
        . 'Content-Length: ' . length($body) . "\r\nConnection: close\r\n\r\n$body";
}

sub serve_datagrams {
    my ($port) = @_;
    my $socket = IO::Socket::INET->new(LocalPort => $port, Proto => 'udp')
        or die "cannot listen on UDP port $port: $!\n";
    while (1) {
        my $peer = $socket->recv(my $data, 65535) or next;
        chomp $data;
        my $answer = lc $data eq 'hostname' ? $host
            : $data eq 'clientip' ? $socket->peerhost . ':' . $socket->peerport
            : $data =~ /^echo (.*)/s ? $1
            : next;
        $socket->send($answer, 0, $peer);
    }
}

sub ticks { return (POSIX::times())[0] }
sub now { return POSIX::strftime('%Y-%m-%dT%H:%M:%S.000Z', gmtime) }
sub log_time { return POSIX::strftime('%Y/%m/%d %H:%M:%S', gmtime) }

sub klog {
    my ($message) = @_;
    return POSIX::strftime('I%m%d %H:%M:%S.000000', gmtime) . sprintf(' %7d log.go:195] %s', $$, $message) . "\n";
}

sub decode {
    my ($value) = @_;
    $value =~ tr/+/ /;
    $value =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $value;
}
