<?php
// The guestbook's API: `?cmd=set&key=K&value=V` writes to the leader, else followers are read.
require 'Predis/autoload.php';
$role = ($_GET['cmd'] ?? '') === 'set' ? 'leader' : 'follower';
$host = getenv('GET_HOSTS_FROM') === 'env'
    ? getenv('REDIS_' . strtoupper($role) . '_SERVICE_HOST') : "redis-$role";
$redis = new Predis\Client(['scheme' => 'tcp', 'host' => $host, 'port' => 6379]);
header('Content-Type: application/json');
$key = $_GET['key'] ?? 'guestbook';
if ($role === 'leader') {
    $redis->set($key, $_GET['value'] ?? '');
    echo '{"message": "Updated"}';
} else {
    echo json_encode(['data' => (string) $redis->get($key)]);
}
