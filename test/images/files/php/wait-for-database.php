<?php
// The database may come later than its reader: each failure is told, and after a minute it ends.
mysqli_report(MYSQLI_REPORT_OFF);
for ($attempt = 0; ; $attempt++) {
    $database = @mysqli_connect(
        getenv('WORDPRESS_DB_HOST') ?: 'mysql', getenv('WORDPRESS_DB_USER') ?: 'root',
        getenv('WORDPRESS_DB_PASSWORD') ?: '');
    if ($database) break;
    fwrite(STDERR, "\nMySQL Connection Error: (" . mysqli_connect_errno() . ') ' . mysqli_connect_error() . "\n");
    if ($attempt >= 120) exit(1);
    usleep(500000);
}
if (!$database->query('CREATE DATABASE IF NOT EXISTS wordpress')) {
    fwrite(STDERR, "\nMySQL \"CREATE DATABASE\" Error: " . $database->error . "\n");
    exit(1);
}
