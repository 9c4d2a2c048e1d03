import { readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "#base/bytes.ts";
import type { ImageConfig } from "../../src/cluster/images/node/oci-archive.ts";
import type { TarEntry } from "../../src/cluster/images/node/tar.ts";

/** Images that are built together because they have a file system in common. */
export interface Family {
  readonly name: string;
  /** Debian packages, with all that they depend on; nothing of them is configured. */
  readonly packages: readonly string[];
  /** Folders that no tutorial looks into. */
  readonly removed: readonly string[];
  /** Adds links for the applets of a busybox in `/bin`: for all, or for those that have no file. */
  readonly applets: "all" | "missing" | "none";
  /** Laid over the packages' files. */
  readonly files: readonly TarEntry[];
  readonly images: readonly Recipe[];
}

/** One image; `names` as manifests write them. */
export interface Recipe {
  readonly names: readonly string[];
  readonly config: Omit<ImageConfig, "architecture">;
  /** A layer of its own above the family's. */
  readonly files?: readonly TarEntry[];
}

const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What the tutorials pull, from packages and programs that this machine can have. */
export function families(): readonly Family[] {
  return [busybox, web(), redis(), zookeeper(), mysql(), php()];
}

const nobody = "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin";
const wwwData = "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin";

const busybox: Family = {
  name: "busybox",
  packages: ["busybox-static"],
  removed: ["usr", "etc", "var"],
  applets: "all",
  files: [
    ...folders("home", "proc", "root", "sys", "dev", "etc", "var", "usr/bin", "usr/sbin"),
    { path: "tmp", type: "directory", mode: 0o1777 },
    ...accounts([]),
  ],
  images: [
    ...["latest", "1.28", "1.28.4", "1.35", "1.36"].map((tag) => ({
      names: [`busybox:${tag}`],
      config: { environment: [path, `BUSYBOX_TAG=${tag}`], command: ["sh"] },
    })),
    {
      names: ["registry.k8s.io/busybox:1.27.2", "k8s.gcr.io/busybox:1.27.2", "k8s.gcr.io/busybox"],
      config: { environment: [path], command: ["sh"] },
    },
  ],
};

const debris = ["doc", "info", "lintian", "locale", "man", "vim", "zsh", "bash-completion", "bug"];
const removed = [
  ...debris.map((folder) => `usr/share/${folder}`),
  "usr/share/common-licenses",
  // The tables of rare encodings, and what Perl has beyond its base.
  ...["x86_64", "aarch64"].flatMap((machine) => [
    `usr/lib/${machine}-linux-gnu/gconv`,
    `usr/lib/${machine}-linux-gnu/perl`,
  ]),
  "usr/share/perl",
  "var/cache",
  "var/lib/apt",
  "var/lib/dpkg",
  "etc/apt",
  "etc/nginx/sites-enabled",
  "etc/nginx/sites-available",
];

/** A web server, and the servers of our own that the tutorials' demonstration images stand for. */
function web(): Family {
  const nginx = (version: string) => ({
    environment: [path, `NGINX_VERSION=${version}`],
    command: ["nginx", "-g", "daemon off;"],
    exposedPorts: ["80/tcp"],
    stopSignal: "SIGQUIT",
    workingDirectory: "/",
  });
  const server = (...command: string[]) => ({
    environment: [path],
    command: ["/app/server.pl", ...command],
    exposedPorts: ["8080/tcp"],
    workingDirectory: "/",
  });
  const agnhost = (version: string) => ({
    environment: [path, `AGNHOST_VERSION=${version}`],
    entrypoint: ["/agnhost"],
    command: ["pause"],
    exposedPorts: ["80/tcp", "8080/tcp", "8081/tcp", "9376/tcp"],
    workingDirectory: "/",
  });
  const bootcampSource: TarEntry[] = [
    { path: "server.js", type: "symlink", target: "/app/server.pl" }, // `cat server.js`
  ];
  const nginxVersions = { latest: "1.22.1", "1.7.9": "", "1.9.1": "", "1.14.2": "", "1.16.1": "" };
  const slim = ["0.7", "0.8", "0.21", "0.24", "0.26", "0.27"];
  const slimRegistries = ["k8s.gcr.io", "registry.k8s.io", "gcr.io/google_containers"];
  return {
    name: "web",
    packages: "bash busybox-static coreutils curl dash grep hostname nginx perl-base sed".split(
      " ",
    ),
    removed,
    applets: "missing",
    files: [
      ...accounts(["nginx:x:101:101:nginx user:/nonexistent:/bin/false", wwwData]),
      ...folders("app", "etc/nginx", "etc/nginx/conf.d", "var/log", "var/log/nginx", "run"),
      ...folders("home", "proc", "root", "sys", "dev", "mnt", "opt", "srv", "var/cache"),
      ...folders("var/lib", "var/lib/nginx", "usr/share/nginx", "usr/share/nginx/html"),
      { path: "tmp", type: "directory", mode: 0o1777 },
      { path: "var/tmp", type: "directory", mode: 0o1777 },
      file("etc/nginx/nginx.conf", "nginx.conf"),
      file("etc/nginx/conf.d/default.conf", "default.conf"),
      file("usr/share/nginx/html/50x.html", "50x.html"),
      { path: "var/log/nginx/access.log", type: "symlink", target: "/dev/stdout" },
      { path: "var/log/nginx/error.log", type: "symlink", target: "/dev/stderr" },
      file("app/server.pl", "server.pl", 0o755),
      { path: "agnhost", type: "symlink", target: "/app/server.pl" },
    ],
    images: [
      ...Object.entries(nginxVersions).map(([tag, version]) => ({
        names: [`nginx:${tag}`],
        config: nginx(version || tag),
      })),
      ...slim.map((tag) => ({
        names: slimRegistries.map((registry) => `${registry}/nginx-slim:${tag}`),
        config: nginx(`slim-${tag}`),
      })),
      {
        names: ["k8s.gcr.io/echoserver:1.4", "gcr.io/google_containers/echoserver:1.4"],
        config: server("echoserver"),
      },
      {
        names: [
          "gcr.io/google-samples/kubernetes-bootcamp:v1",
          "docker.io/jocatalin/kubernetes-bootcamp:v1",
        ],
        config: server("bootcamp", "1"),
        files: bootcampSource,
      },
      {
        names: [
          "gcr.io/google-samples/kubernetes-bootcamp:v2",
          "docker.io/jocatalin/kubernetes-bootcamp:v2",
        ],
        config: server("bootcamp", "2"),
        files: bootcampSource,
      },
      ...["1.0", "2.0"].map((version) => ({
        names: [
          `gcr.io/google-samples/hello-app:${version}`,
          `us-docker.pkg.dev/google-samples/containers/gke/hello-app:${version}`,
        ],
        config: server("hello-app", `${version}.0`),
      })),
      { names: ["gcr.io/google-samples/node-hello:1.0"], config: server("node-hello") },
      ...["2.39", "2.47", "2.53"].map((version) => ({
        names: [`registry.k8s.io/e2e-test-images/agnhost:${version}`],
        config: agnhost(version),
      })),
      cassandra,
    ],
  };
}

/** A ring in Perl: Cassandra itself is in no distribution, and too heavy for what it would show. */
const cassandra: Recipe = {
  names: ["gcr.io/google-samples/cassandra:v13"],
  config: {
    environment: [path],
    command: ["/cassandra.pl"],
    exposedPorts: ["7000/tcp", "7199/tcp", "9042/tcp"],
    workingDirectory: "/",
  },
  files: [
    ...folders("usr/local", "usr/local/bin", "cassandra_data"),
    file("cassandra.pl", "cassandra/cassandra.pl", 0o755),
    file("usr/local/bin/nodetool", "cassandra/nodetool", 0o755),
    file("ready-probe.sh", "cassandra/ready-probe.sh", 0o755),
  ],
};

function redis(): Family {
  const config = (version: string) => ({
    environment: [path, `REDIS_VERSION=${version}`],
    entrypoint: ["docker-entrypoint.sh"],
    command: ["redis-server"],
    exposedPorts: ["6379/tcp"],
    workingDirectory: "/data",
    volumes: ["/data"],
  });
  return {
    name: "redis",
    packages: ["bash", "coreutils", "dash", "grep", "redis-server", "sed"],
    removed,
    applets: "none",
    files: [
      ...accounts(["redis:x:999:999::/nonexistent:/bin/false"]),
      ...folders("data", "home", "proc", "root", "sys", "dev", "var/lib", "usr/local/bin"),
      { path: "tmp", type: "directory", mode: 0o1777 },
      file("usr/local/bin/docker-entrypoint.sh", "redis-entrypoint.sh", 0o755),
    ],
    images: [
      ...["latest", "5", "5.0.4", "6.0.5"].map((tag) => ({
        names: [`redis:${tag}`],
        config: config(tag),
      })),
      {
        names: ["gcr.io/google_samples/gb-redis-follower:v2"],
        config: { ...config("6.0.5"), entrypoint: [], command: ["redis-follower.sh"] },
        files: [file("usr/local/bin/redis-follower.sh", "redis-follower.sh", 0o755)],
      },
    ],
  };
}

function mysql(): Family {
  return {
    name: "mysql",
    packages: "bash coreutils dash grep hostname mariadb-client-core mariadb-server-core sed".split(
      " ",
    ),
    removed: [
      ...removed,
      ...["innochecksum", "mariadb-check", "mariadb-upgrade"].map((name) => `usr/bin/${name}`),
    ],
    applets: "none",
    files: [
      ...accounts(["mysql:x:999:999::/nonexistent:/bin/false"]),
      ...folders("home", "proc", "root", "sys", "dev", "run", "usr/local/bin", "var/lib/mysql"),
      { path: "tmp", type: "directory", mode: 0o1777 },
      file("usr/local/bin/docker-entrypoint.sh", "mysql/entrypoint.sh", 0o755),
    ],
    images: ["5.6", "5.7"].map((tag) => ({
      names: [`mysql:${tag}`],
      config: {
        environment: [path],
        entrypoint: ["docker-entrypoint.sh"],
        command: ["mysqld"],
        exposedPorts: ["3306/tcp"],
        volumes: ["/var/lib/mysql"],
        workingDirectory: "/",
      },
    })),
  };
}

/** Apache with PHP, which both WordPress and the guestbook are written in. */
function php(): Family {
  const config = {
    environment: [path, "PHP_INI_SCAN_DIR=/etc/php-enabled"],
    command: ["apache2-foreground"],
    exposedPorts: ["80/tcp"],
    workingDirectory: "/var/www/html",
    // It ends at once, where SIGWINCH would have it wait for connections that are open.
    stopSignal: "SIGTERM",
  };
  const extensions = ["mysqlnd", "mysqli", "ctype", "iconv", "posix", "tokenizer"];
  const enabled = extensions.map((name) => `extension=${name}.so\n`).join("");
  // What its packages need and no page here: clients of MySQL, codecs of pictures and films.
  const programs =
    "mariadb mariadb-admin mariadb-binlog mariadb-check mariadb-conv mariadb-dump mariadb-import mariadb-plugin mariadb-show mariadb-slap mariadb-tzinfo-to-sql mariadb-waitpid my_print_defaults perror replace resolve_stack_dump";
  const continents =
    "Africa America Antarctica Arctic Asia Atlantic Australia Brazil Canada Chile Europe Indian Mexico Pacific US posix right";
  return {
    name: "php",
    packages:
      "bash coreutils dash grep hostname libapache2-mod-php php-cli php-mysql php-nrk-predis sed wordpress".split(
        " ",
      ),
    removed: [
      ...removed,
      ...programs.split(" ").map((name) => `usr/bin/${name}`),
      ...["libx265.so.199", "libSvtAv1Enc.so.1.4.1", "libaom.so.3.6.0"].flatMap((library) =>
        ["x86_64", "aarch64"].map((machine) => `usr/lib/${machine}-linux-gnu/${library}`),
      ),
      ...["fonts", "X11", "wordpress/wp-includes/js/dist"].map((folder) => `usr/share/${folder}`),
      // UTC is all the time that a container knows.
      ...continents.split(" ").map((folder) => `usr/share/zoneinfo/${folder}`),
      "usr/lib/file",
      // Debian's own configuration, and links that a copy of the folder would not have.
      "usr/share/wordpress/wp-config.php",
      "usr/share/wordpress/wp-includes/certificates",
    ],
    applets: "none",
    files: [
      ...accounts([wwwData]),
      ...folders("home", "proc", "root", "sys", "dev", "run", "usr/local/bin", "usr/src"),
      ...folders("etc/apache2", "etc/php-enabled", "var/www", "var/www/html"),
      { path: "tmp", type: "directory", mode: 0o1777 },
      { path: "etc/php-enabled/extensions.ini", type: "file", data: utf8(enabled) },
      file("etc/apache2/apache2.conf", "php/apache2.conf"),
      file("usr/local/bin/apache2-foreground", "php/apache2-foreground", 0o755),
    ],
    images: [
      {
        names: ["wordpress:4.8-apache"],
        config: { ...config, entrypoint: ["docker-entrypoint.sh"], volumes: ["/var/www/html"] },
        files: [
          file("usr/local/bin/docker-entrypoint.sh", "php/wordpress-entrypoint.sh", 0o755),
          file("usr/src/wait-for-database.php", "php/wait-for-database.php"),
          file("usr/src/wp-config.php", "php/wp-config.php"),
        ],
      },
      {
        names: ["gcr.io/google_samples/gb-frontend:v5"],
        config,
        files: [
          file("var/www/html/index.html", "php/guestbook.html"),
          file("var/www/html/guestbook.php", "php/guestbook.php"),
        ],
      },
    ],
  };
}

function zookeeper(): Family {
  const owner = { uid: 1000, gid: 1000 } as const;
  const java = "usr/share/java";
  const script = (name: string): TarEntry => ({
    ...file(`opt/zookeeper/bin/${name}`, `zookeeper/${name}`, 0o755),
    ...owner,
  });
  const jars = ["zookeeper", "slf4j-log4j12", "log4j-1.2"].map((jar) => `/${java}/${jar}.jar`);
  return {
    name: "zookeeper",
    packages:
      "bash busybox-static coreutils dash default-jre-headless grep hostname libzookeeper-java procps sed".split(
        " ",
      ),
    removed: [
      ...removed,
      ...["fonts", "java/gradle", "maven-repo"].map((folder) => `usr/share/${folder}`),
      "etc/ssl",
      "usr/share/ca-certificates",
    ],
    applets: "missing",
    files: [
      ...accounts(["zookeeper:x:1000:1000::/home/zookeeper:/bin/sh"]),
      ...folders("home", "proc", "root", "sys", "dev", "opt", "usr/etc", "usr/etc/zookeeper"),
      { path: "tmp", type: "directory", mode: 0o1777 },
      { path: "opt/zookeeper", type: "directory" },
      { path: "opt/zookeeper/bin", type: "directory", ...owner },
      { path: "opt/zookeeper/conf", type: "directory", ...owner },
      { path: "var/lib/zookeeper", type: "directory", ...owner },
      ...["start-zookeeper", "zookeeper-ready", "zkCli.sh"].map(script),
      file("usr/etc/zookeeper/log4j.properties", "zookeeper/log4j.properties"),
    ],
    images: [
      {
        names: ["k8s.gcr.io", "registry.k8s.io"].map(
          (registry) => `${registry}/kubernetes-zookeeper:1.0-3.4.10`,
        ),
        config: {
          environment: [
            `${path}:/opt/zookeeper/bin`,
            `ZK_CLASSPATH=/usr/etc/zookeeper:${jars.join(":")}`,
          ],
          command: ["sh"],
          workingDirectory: "/",
        },
      },
    ],
  };
}

/** Packages make their users when they are configured, which does not happen here. */
function accounts(users: readonly string[]): readonly TarEntry[] {
  const all = ["root:x:0:0:root:/root:/bin/sh", ...users, nobody];
  const groups = all.map((line) => {
    const [name, , , group] = line.split(":");
    return `${name}:x:${group}:`;
  });
  return [
    { path: "etc/passwd", type: "file", data: utf8(`${all.join("\n")}\n`) },
    { path: "etc/group", type: "file", data: utf8(`${groups.join("\n")}\n`) },
    { path: "etc/nsswitch.conf", type: "file", data: utf8("hosts: files dns\n") },
  ];
}

function folders(...paths: string[]): readonly TarEntry[] {
  return paths.map((path) => ({ path, type: "directory" }));
}

function file(path: string, source: string, mode = 0o644): TarEntry {
  const data = readFileSync(join(import.meta.dirname, "files", source));
  return { path, type: "file", mode, data };
}
