/** What `kijabi` says to people, in English and Korean. Errors of the API are never translated. */
export type Language = "en" | "ko";

export function languageOf(environment: Readonly<Record<string, string | undefined>>): Language {
  const locale = environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || "";
  return locale.startsWith("ko") ? "ko" : "en";
}

const english = {
  installing: (packages: string) => `Installing ${packages} (apt-get)`,
  creating: (profile: string) => `Creating cluster "${profile}"`,
  starting: (profile: string) => `Starting cluster "${profile}"`,
  waitingForStart: (pid: number) => `Another cluster is being started (process ${pid}): waiting`,
  alreadyRunning: (profile: string) =>
    `Cluster "${profile}" is running already. Stop it with: kijabi stop`,
  apiReady: (seconds: string) => `API server ready (${seconds})`,
  nodeReady: (node: string, seconds: string) => `Node ${node} ready (${seconds})`,
  context: (context: string, file: string) => `kubectl context "${context}" written to ${file}`,
  tryNext: "Try next:",
  stopped: (profile: string) => `Cluster "${profile}" is stopped. Everything in it is kept.`,
  notRunning: (profile: string) =>
    `Cluster "${profile}" is not running. Start it with: kijabi start`,
  deleted: (profile: string) => `Cluster "${profile}" is deleted.`,
  etcdKept: (servers: string) =>
    `Its objects in etcd (${servers}) are kept: other servers may use them.`,
  noProfile: (profile: string) =>
    `There is no cluster "${profile}". Create it with: kijabi start${flagOf(profile)}`,
  loaded: (image: string, nodes: string) => `Loaded ${image} into ${nodes}`,
  notRoot:
    "kijabi needs root to make network namespaces and run containers. Run it with sudo,\n" +
    "or start a cluster whose pods only pretend to run: kijabi start --simulated 1",
  notLinux: (platform: string) =>
    `Real containers need Linux; this is ${platform}.\n` +
    "Start a cluster whose pods only pretend to run: kijabi start --simulated 1",
  serverEnded: (log: string) => `The server ended before it was ready. The end of ${log}:`,
  portTaken: (port: number, profile: string) =>
    `Port ${port}, where this cluster's API server listens, is taken by another program.\n` +
    `See which one with: ss -ltnp 'sport = :${port}'\n` +
    `and end it; or make the cluster anew, on another port: kijabi delete${flagOf(profile)}`,
  otherStore: (profile: string) =>
    `Cluster "${profile}" keeps its objects elsewhere: a cluster's store is chosen when it is made.\n` +
    `Start it without --etcd-servers, or make another one: kijabi start -p NAME --etcd-servers …`,
  networkTaken: (subnet: string) =>
    `The cluster of this snapshot uses the network ${subnet}, which is in use on this machine.\n` +
    "Stop what uses it, or restore on another machine.",
  saved: (file: string, entries: number, revision: number) =>
    `Saved ${entries} objects as of revision ${revision} to ${file}`,
  notSaved: (file: string, why: string) => `The snapshot ${file} could not be saved: ${why}`,
  noSnapshot: (file: string) => `${file} does not exist`,
  badSnapshot: (file: string, why: string) => `${file} cannot be restored: ${why}`,
  stopFirst: (profile: string) =>
    `Cluster "${profile}" is running. Stop it first: kijabi stop${flagOf(profile)}`,
  notEmpty: (profile: string) =>
    `Cluster "${profile}" has objects, which a restore would replace. To lose them: --force`,
  restored: (profile: string, entries: number, revision: number) =>
    `Restored ${entries} objects into "${profile}"; it goes on at revision ${revision}.\n` +
    `Start it with: kijabi start${flagOf(profile)}`,
  timedOut: (what: string, seconds: number, log: string) =>
    `${what} was not ready after ${seconds} s. See ${log}`,
};

export type Messages = typeof english;

const korean: Messages = {
  installing: (packages) => `${packages} 설치 중 (apt-get)`,
  creating: (profile) => `클러스터 "${profile}" 생성 중`,
  starting: (profile) => `클러스터 "${profile}" 시작 중`,
  waitingForStart: (pid) => `다른 클러스터가 시작되는 중입니다 (프로세스 ${pid}): 기다리는 중`,
  alreadyRunning: (profile) =>
    `클러스터 "${profile}"이(가) 이미 실행 중입니다. 멈추려면: kijabi stop`,
  apiReady: (seconds) => `API 서버 준비 완료 (${seconds})`,
  nodeReady: (node, seconds) => `노드 ${node} 준비 완료 (${seconds})`,
  context: (context, file) => `kubectl 컨텍스트 "${context}"을(를) ${file}에 기록했습니다`,
  tryNext: "다음을 해 보세요:",
  stopped: (profile) => `클러스터 "${profile}"을(를) 멈췄습니다. 내용은 모두 보존됩니다.`,
  notRunning: (profile) =>
    `클러스터 "${profile}"이(가) 실행 중이 아닙니다. 시작하려면: kijabi start`,
  deleted: (profile) => `클러스터 "${profile}"을(를) 삭제했습니다.`,
  etcdKept: (servers) =>
    `etcd(${servers})에 있는 객체는 그대로 둡니다. 다른 서버가 쓰고 있을 수 있습니다.`,
  noProfile: (profile) =>
    `클러스터 "${profile}"이(가) 없습니다. 만들려면: kijabi start${flagOf(profile)}`,
  loaded: (image, nodes) => `${image}을(를) ${nodes}에 올렸습니다`,
  notRoot:
    "네트워크 네임스페이스를 만들고 컨테이너를 실행하려면 root 권한이 필요합니다. sudo로 실행하거나,\n" +
    "파드가 실행되는 척만 하는 클러스터를 시작하세요: kijabi start --simulated 1",
  notLinux: (platform) =>
    `실제 컨테이너에는 리눅스가 필요합니다. 이 시스템은 ${platform}입니다.\n` +
    "파드가 실행되는 척만 하는 클러스터를 시작하세요: kijabi start --simulated 1",
  serverEnded: (log) => `서버가 준비되기 전에 끝났습니다. ${log}의 마지막 부분:`,
  portTaken: (port, profile) =>
    `이 클러스터의 API 서버가 쓰는 포트 ${port}을(를) 다른 프로그램이 사용하고 있습니다.\n` +
    `어떤 프로그램인지 보려면: ss -ltnp 'sport = :${port}'\n` +
    `그 프로그램을 끝내거나, 클러스터를 다른 포트에 새로 만드세요: kijabi delete${flagOf(profile)}`,
  otherStore: (profile) =>
    `클러스터 "${profile}"의 객체는 다른 곳에 저장되어 있습니다. 저장소는 클러스터를 만들 때 정해집니다.\n` +
    `--etcd-servers 없이 시작하거나, 다른 클러스터를 만드세요: kijabi start -p NAME --etcd-servers …`,
  networkTaken: (subnet) =>
    `이 스냅샷의 클러스터는 네트워크 ${subnet}을(를) 쓰는데, 이 시스템에서 이미 사용 중입니다.\n` +
    "그것을 쓰는 것을 멈추거나, 다른 시스템에서 복원하세요.",
  saved: (file, entries, revision) =>
    `리비전 ${revision}의 객체 ${entries}개를 ${file}에 저장했습니다`,
  notSaved: (file, why) => `스냅샷 ${file}을(를) 저장하지 못했습니다: ${why}`,
  noSnapshot: (file) => `${file}이(가) 없습니다`,
  badSnapshot: (file, why) => `${file}을(를) 복원할 수 없습니다: ${why}`,
  stopFirst: (profile) =>
    `클러스터 "${profile}"이(가) 실행 중입니다. 먼저 멈추세요: kijabi stop${flagOf(profile)}`,
  notEmpty: (profile) =>
    `클러스터 "${profile}"에 객체가 있습니다. 복원하면 지워집니다. 지워도 된다면: --force`,
  restored: (profile, entries, revision) =>
    `객체 ${entries}개를 "${profile}"에 복원했습니다. 리비전 ${revision}부터 이어집니다.\n` +
    `시작하려면: kijabi start${flagOf(profile)}`,
  timedOut: (what, seconds, log) =>
    `${what}이(가) ${seconds}초 안에 준비되지 않았습니다. ${log}를 보세요`,
};

function flagOf(profile: string): string {
  return profile === "kijabi" ? "" : ` -p ${profile}`;
}

export function messagesIn(language: Language): Messages {
  return language === "ko" ? korean : english;
}
