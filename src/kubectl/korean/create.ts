import type { Dictionary } from "../language.ts";

/** `kubectl create` and all below it. */
export const create: Dictionary = {
  "Create a resource from a file or from stdin": "파일이나 표준 입력으로 리소스를 만듭니다",
  "Create resources from a file or from the standard input.\n\nJSON and YAML are read.":
    "파일이나 표준 입력으로 리소스를 만듭니다.\n\nJSON과 YAML을 읽을 수 있습니다.",
  "Create a pod from pod.json": "pod.json으로 파드를 만듭니다",
  "Create a pod from what comes through the pipe": "파이프로 들어온 내용으로 파드를 만듭니다",
  "Change registry.yaml in an editor, as JSON, then create what it says":
    "registry.yaml을 JSON으로 편집한 뒤 그 내용으로 만듭니다",
  "File, directory or URL to create the resources from":
    "리소스를 만들 때 쓸 파일, 디렉터리 또는 URL",
  "Open an editor before the resource is created": "리소스를 만들기 전에 편집기를 엽니다",
  "A path to send the file to with POST, as it is.": "파일을 그대로 POST로 보낼 경로.",
  "Only with --edit: lines end as they do on Windows. The default is the platform's.":
    "--edit에만 해당: 줄 끝을 Windows 방식으로 씁니다. 기본값은 현재 플랫폼의 방식입니다.",
  "Create a cluster role": "클러스터롤을 만듭니다",
  "Create a cluster role.": "클러스터롤을 만듭니다.",
  "Make a cluster role pod-reader that may get, watch and list pods":
    "파드를 get, watch, list할 수 있는 클러스터롤 pod-reader를 만듭니다",
  "Only pods of these names": "이 이름의 파드에만 적용합니다",
  "Resources of a group": "그룹에 속한 리소스를 지정합니다",
  Subresources: "하위 리소스를 지정합니다",
  "Paths that are no resources": "리소스가 아닌 경로를 지정합니다",
  "Put together of all cluster roles with a label": "레이블이 있는 모든 클러스터롤을 모아 만듭니다",
  "What the rule is for: resource[.group][/subresource]":
    "규칙을 적용할 대상: resource[.group][/subresource]",
  "A name that the rule is for, among the resources; may be repeated":
    "규칙을 적용할 리소스의 이름. 여러 번 지정할 수 있습니다.",
  "What the rule allows to do": "규칙이 허용하는 동작",
  "Labels of the cluster roles that this one is put together of: key=value,…":
    "이 클러스터롤에 모을 클러스터롤의 레이블: key=value,…",
  "A path that the rule is for.": "규칙을 적용할 경로.",
  "Create a cluster role binding for one cluster role":
    "클러스터롤 하나에 대한 클러스터롤바인딩을 만듭니다",
  "Create a cluster role binding for one cluster role.":
    "클러스터롤 하나에 대한 클러스터롤바인딩을 만듭니다.",
  "Let user1, user2 and group1 do what cluster-admin may":
    "user1, user2, group1에게 cluster-admin의 권한을 줍니다",
  "A group that the role is for; may be repeated.": "롤을 부여할 그룹. 여러 번 지정할 수 있습니다.",
  "A service account that the role is for, as <namespace>:<name>; may be repeated.":
    "롤을 부여할 서비스어카운트(<namespace>:<name>). 여러 번 지정할 수 있습니다.",
  "A user that the role is for; may be repeated.":
    "롤을 부여할 사용자. 여러 번 지정할 수 있습니다.",
  "The cluster role to bind": "바인딩할 클러스터롤",
  "Create a config map from files, directories or values":
    "파일, 디렉터리 또는 값으로 컨피그맵을 만듭니다",
  "Create a config map from files, directories, or values on the command line.\n\nA file becomes a key by its name, or by the key that is given with it. Of a directory, each file in it becomes a key; what is no plain file is left out.":
    "파일, 디렉터리 또는 명령줄의 값으로 컨피그맵을 만듭니다.\n\n파일은 파일 이름이나 함께 지정한 키로 들어갑니다. 디렉터리를 지정하면 그 안의 각 파일이 키가 되며, 일반 파일이 아닌 것은 빠집니다.",
  "Make my-config of all files in the directory bar":
    "bar 디렉터리의 모든 파일로 my-config를 만듭니다",
  "Make my-config of two files under keys of your own":
    "키를 직접 정해 두 파일로 my-config를 만듭니다",
  "Make my-config of two values": "값 두 개로 my-config를 만듭니다",
  "Make my-config of the lines of two env files": "환경 변수 파일 두 개로 my-config를 만듭니다",
  "Put a hash of the content behind the name.": "내용의 해시를 이름 뒤에 붙입니다.",
  "File with lines of key=value, each of which becomes a key.":
    "각 줄이 하나의 키가 되는 key=value 형식의 파일.",
  "File, key=file, or directory. Without a key of its own, a file has its name's last part.":
    "파일, key=파일 또는 디렉터리. 키를 지정하지 않으면 파일 이름이 키가 됩니다.",
  "A key and its value (such as mykey=somevalue)": "키와 값(예: mykey=somevalue)",
  "Create a cron job with the given name": "지정한 이름으로 크론잡을 만듭니다",
  "Create a cron job with the given name.": "지정한 이름으로 크론잡을 만듭니다.",
  "Make a cron job that runs every minute": "1분마다 실행되는 크론잡을 만듭니다",
  "The same with a command": "명령을 함께 지정합니다",
  "Image to run.": "실행할 이미지.",
  "What becomes of a container that ends: OnFailure or Never":
    "컨테이너가 끝났을 때의 재시작 정책: OnFailure 또는 Never",
  "When the job runs, in cron's format.": "잡을 실행할 시각(cron 형식).",
  "Create a deployment with the given name": "지정한 이름으로 디플로이먼트를 만듭니다",
  "Create a deployment with the given name.": "지정한 이름으로 디플로이먼트를 만듭니다.",
  "Make a deployment my-dep that runs busybox": "busybox를 실행하는 디플로이먼트 my-dep을 만듭니다",
  "Make a deployment my-dep with three replicas of nginx":
    "nginx 레플리카가 세 개인 디플로이먼트 my-dep을 만듭니다",
  "Make a deployment my-dep whose busybox listens on port 5701":
    "busybox가 5701 포트에서 수신하는 디플로이먼트 my-dep을 만듭니다",
  "Make a deployment my-dep with several containers":
    "컨테이너가 여러 개인 디플로이먼트 my-dep을 만듭니다",
  "Images to run; each is a container of the same pods.":
    "실행할 이미지. 이미지마다 같은 파드의 컨테이너가 됩니다.",
  "The port that the container listens on.": "컨테이너가 수신하는 포트.",
  "How many pods there are.": "파드의 수.",
  "Create an ingress with the given name": "지정한 이름으로 인그레스를 만듭니다",
  "Create an ingress with the given name.": "지정한 이름으로 인그레스를 만듭니다.",
  "Send what is for foo.com/bar to port 8080 of svc1, with the certificate in my-cert":
    "foo.com/bar로 온 요청을 my-cert의 인증서를 써서 svc1의 8080 포트로 보냅니다",
  "Send /path of every host to a service, by another class of ingresses":
    "다른 인그레스 클래스로 모든 호스트의 /path를 서비스로 보냅니다",
  "The same with annotations": "애너테이션을 함께 지정합니다",
  "Several paths of one host; * at the end stands for all that begins so":
    "한 호스트의 여러 경로를 지정합니다. 끝의 *는 그렇게 시작하는 모든 경로를 뜻합니다",
  "A service for all that no rule is for": "어떤 규칙에도 맞지 않는 요청을 받을 서비스",
  "An annotation of the ingress, as annotation=value":
    "인그레스의 애너테이션(annotation=value 형식)",
  "The class of the ingress": "인그레스 클래스",
  "The service for all that no rule is for, as svcname:port":
    "어떤 규칙에도 맞지 않는 요청을 받을 서비스(svcname:port 형식)",
  "A rule, as host/path=service:port[,tls=secretname]. A path with '*' at its end is for all that begins so (pathType=Prefix).":
    "host/path=service:port[,tls=secretname] 형식의 규칙. 경로가 '*'로 끝나면 그렇게 시작하는 모든 경로에 적용됩니다(pathType=Prefix).",
  "Create a job with the given name": "지정한 이름으로 잡을 만듭니다",
  "Create a job with the given name.": "지정한 이름으로 잡을 만듭니다.",
  "Make a job": "잡을 만듭니다",
  "Run a cron job's job now": "크론잡의 잡을 지금 실행합니다",
  "The cron job whose job to run: cronjob/NAME.": "잡을 가져올 크론잡: cronjob/NAME.",
  "Create a namespace with the given name": "지정한 이름으로 네임스페이스를 만듭니다",
  "Create a namespace with the given name.": "지정한 이름으로 네임스페이스를 만듭니다.",
  "Make a namespace my-namespace": "네임스페이스 my-namespace를 만듭니다",
  "Create a pod disruption budget with the given name":
    "지정한 이름으로 파드디스럽션버짓을 만듭니다",
  "Create a pod disruption budget with the given name and selector, and with how many pods have to be there.":
    "지정한 이름과 셀렉터, 유지해야 할 파드 수로 파드디스럽션버짓을 만듭니다.",
  "Of all pods with app=rails, one has to be there at any time":
    "app=rails인 파드가 언제나 하나는 있도록 합니다",
  "Of all pods with app=nginx, half of them have to be there at any time":
    "app=nginx인 파드가 언제나 절반은 있도록 합니다",
  "How many pods may be missing: a number, or a percentage.": "없어도 되는 파드의 수 또는 비율.",
  "How many pods have to be there: a number, or a percentage.": "있어야 하는 파드의 수 또는 비율.",
  "Labels of the pods that it is for. Only equality is supported.":
    "적용할 파드의 레이블. 등호 조건만 쓸 수 있습니다.",
  "Create a priority class with the given name": "지정한 이름으로 프라이어리티클래스를 만듭니다",
  "Create a priority class with the given name, value, description and whether it is the default.":
    "이름, 값, 설명, 기본값 여부를 지정해 프라이어리티클래스를 만듭니다.",
  "Make a priority class high-priority": "프라이어리티클래스 high-priority를 만듭니다",
  "Make default-priority the default of all pods":
    "default-priority를 모든 파드의 기본값으로 만듭니다",
  "Make a priority class whose pods take no other's place":
    "다른 파드를 밀어내지 않는 프라이어리티클래스를 만듭니다",
  "When to use this class.": "이 클래스를 쓰는 경우에 대한 설명.",
  "Whether pods that name no class have this one.":
    "클래스를 지정하지 않은 파드에 이 클래스를 적용할지 여부.",
  "Whether pods of this class may take the place of others.":
    "이 클래스의 파드가 다른 파드를 밀어낼 수 있는지 여부.",
  "The priority.": "우선순위 값.",
  "Create a quota with the given name": "지정한 이름으로 쿼터를 만듭니다",
  "Create a resource quota with the given name, limits and, if wanted, scopes.":
    "이름과 한도, 필요하면 범위를 지정해 리소스쿼터를 만듭니다.",
  "Make a quota my-quota": "쿼터 my-quota를 만듭니다",
  "Make a quota best-effort": "쿼터 best-effort를 만듭니다",
  "Pairs of resource=quantity, separated by commas.": "쉼표로 구분한 리소스=수량 목록.",
  "Scopes that an object has to be in to be counted, separated by commas.":
    "집계할 오브젝트가 속해야 하는 범위를 쉼표로 구분한 목록.",
  "Create a role with one rule": "규칙이 하나인 롤을 만듭니다",
  "Create a role with one rule.": "규칙이 하나인 롤을 만듭니다.",
  "Make a role pod-reader that may get, watch and list pods":
    "파드를 get, watch, list할 수 있는 롤 pod-reader를 만듭니다",
  "Create a role binding for one role or cluster role":
    "롤이나 클러스터롤 하나에 대한 롤바인딩을 만듭니다",
  "Create a role binding for one role or cluster role.":
    "롤이나 클러스터롤 하나에 대한 롤바인딩을 만듭니다.",
  "Let user1, user2 and group1 do what the cluster role admin may, in this namespace":
    "이 네임스페이스에서 user1, user2, group1에게 클러스터롤 admin의 권한을 줍니다",
  "Let a service account do what a role may": "서비스어카운트에 롤의 권한을 줍니다",
  "The role to bind": "바인딩할 롤",
  "Create a secret of a kind that a subcommand names":
    "하위 명령으로 종류를 정해 시크릿을 만듭니다",
  "Create a secret of a kind that a subcommand names.\n\nA docker-registry secret holds what opens an image registry.\n\nA generic secret holds anything.\n\nA tls secret holds a certificate and its key.":
    "하위 명령으로 종류를 정해 시크릿을 만듭니다.\n\ndocker-registry 시크릿에는 이미지 레지스트리의 인증 정보를 담습니다.\n\ngeneric 시크릿에는 무엇이든 담을 수 있습니다.\n\ntls 시크릿에는 인증서와 키를 담습니다.",
  "Create a secret by which nodes log in to an image registry":
    "노드가 이미지 레지스트리에 로그인할 때 쓰는 시크릿을 만듭니다",
  "Create a secret by which nodes log in to an image registry.\n\nIt holds what `docker login` keeps. Name it among a pod's imagePullSecrets, or among those of its service account.":
    "노드가 이미지 레지스트리에 로그인할 때 쓰는 시크릿을 만듭니다.\n\n`docker login`이 저장하는 내용을 담습니다. 파드나 서비스어카운트의 imagePullSecrets에 이름을 적어 사용합니다.",
  "Make my-secret for a registry": "레지스트리용 my-secret을 만듭니다",
  "Make my-secret of the file that docker keeps": "docker가 저장한 파일로 my-secret을 만듭니다",
  "Mail address for the registry": "레지스트리에서 쓰는 메일 주소",
  "Password for the registry": "레지스트리의 비밀번호",
  "Where the registry is": "레지스트리의 위치",
  "User for the registry": "레지스트리의 사용자",
  "File, or key=file, with what docker keeps. The key should be .dockerconfigjson.":
    "docker가 저장한 내용이 든 파일 또는 key=파일. 키는 .dockerconfigjson이어야 합니다.",
  "Create a secret from files, directories or values":
    "파일, 디렉터리 또는 값으로 시크릿을 만듭니다",
  "Create a secret from files, directories, or values on the command line.\n\nA file becomes a key by its name, or by the key that is given with it. Of a directory, each file in it becomes a key; what is no plain file is left out.":
    "파일, 디렉터리 또는 명령줄의 값으로 시크릿을 만듭니다.\n\n파일은 파일 이름이나 함께 지정한 키로 들어갑니다. 디렉터리를 지정하면 그 안의 각 파일이 키가 되며, 일반 파일이 아닌 것은 빠집니다.",
  "Make my-secret of all files in the directory bar":
    "bar 디렉터리의 모든 파일로 my-secret을 만듭니다",
  "Make my-secret of two files under keys of your own":
    "키를 직접 정해 두 파일로 my-secret을 만듭니다",
  "Make my-secret of a file and a value": "파일과 값으로 my-secret을 만듭니다",
  "Make my-secret of the lines of two env files": "환경 변수 파일 두 개로 my-secret을 만듭니다",
  "The secret's type": "시크릿의 타입",
  "Create a TLS secret": "TLS 시크릿을 만듭니다",
  "Create a TLS secret from a certificate and its key.\n\nBoth have to be there before, in PEM, and the key has to be the certificate's.":
    "인증서와 키로 TLS 시크릿을 만듭니다.\n\n둘 다 PEM 형식으로 미리 있어야 하며, 키는 인증서와 짝이 맞아야 합니다.",
  "Make tls-secret of a key pair": "키 쌍으로 tls-secret을 만듭니다",
  "File with the certificate, in PEM.": "PEM 형식의 인증서 파일.",
  "File with the certificate's private key.": "인증서의 개인 키 파일.",
  "Create a service of a type that a subcommand names":
    "하위 명령으로 타입을 정해 서비스를 만듭니다",
  "Create a service of a type that a subcommand names.":
    "하위 명령으로 타입을 정해 서비스를 만듭니다.",
  "Create a ClusterIP service": "ClusterIP 서비스를 만듭니다",
  "Create a service with an address inside of the cluster.":
    "클러스터 안의 주소를 가진 서비스를 만듭니다.",
  "Make a service my-cs": "서비스 my-cs를 만듭니다",
  "Make a service my-cs without an address (headless)":
    "주소가 없는(헤드리스) 서비스 my-cs를 만듭니다",
  "A port and the pods' one behind it, as '<port>:<targetPort>'.":
    "서비스 포트와 파드 포트('<port>:<targetPort>' 형식).",
  "The address to have, or 'None' for a headless service.":
    "사용할 주소. 헤드리스 서비스이면 'None'.",
  "Create an ExternalName service": "ExternalName 서비스를 만듭니다",
  "Create a service that stands for a name outside of the cluster.\n\nWhat is asked for it is sent on to that name, which may be anywhere: off the platform, or in another cluster.":
    "클러스터 밖의 이름을 대신하는 서비스를 만듭니다.\n\n이 서비스에 대한 조회는 그 이름으로 넘어갑니다. 그 이름은 플랫폼 밖이나 다른 클러스터처럼 어디에나 있을 수 있습니다.",
  "Make a service my-ns for bar.com": "bar.com을 가리키는 서비스 my-ns를 만듭니다",
  "The name outside": "외부 이름",
  "Create a LoadBalancer service": "LoadBalancer 서비스를 만듭니다",
  "Create a service with a load balancer's address.":
    "로드 밸런서의 주소를 가진 서비스를 만듭니다.",
  "Make a service my-lbs": "서비스 my-lbs를 만듭니다",
  "Create a NodePort service": "NodePort 서비스를 만듭니다",
  "Create a service with a port on every node.": "모든 노드에 포트를 여는 서비스를 만듭니다.",
  "Make a service my-ns": "서비스 my-ns를 만듭니다",
  "The port on each node.": "각 노드의 포트.",
  "Create a service account with the given name": "지정한 이름으로 서비스어카운트를 만듭니다",
  "Create a service account with the given name.": "지정한 이름으로 서비스어카운트를 만듭니다.",
  "Make a service account my-service-account": "서비스어카운트 my-service-account를 만듭니다",
  "Ask for a token of a service account": "서비스어카운트의 토큰을 요청합니다",
  "Ask for a token of a service account.": "서비스어카운트의 토큰을 요청합니다.",
  'Ask for a token of the service account "myapp" in this namespace':
    '이 네임스페이스에 있는 서비스어카운트 "myapp"의 토큰을 요청합니다',
  "In another namespace": "다른 네임스페이스에서 요청합니다",
  "For ten minutes": "10분 동안 유효한 토큰을 요청합니다",
  "For somebody else than the API server": "API 서버가 아닌 대상에 쓸 토큰을 요청합니다",
  "Good as long as a secret is there": "시크릿이 있는 동안만 유효한 토큰을 요청합니다",
  "Whom the token is for; the API server, if none is given. May be repeated.":
    "토큰을 받을 대상. 지정하지 않으면 API 서버입니다. 여러 번 지정할 수 있습니다.",
  "Kind of the object that the token lives as long as: Node, Pod, Secret. Together with --bound-object-name.":
    "토큰의 수명을 묶을 오브젝트의 종류: Node, Pod, Secret. --bound-object-name과 함께 씁니다.",
  "Name of the object that the token lives as long as.": "토큰의 수명을 묶을 오브젝트의 이름.",
  "UID of that object; that of the one that is there, if none is given.":
    "그 오브젝트의 UID. 지정하지 않으면 현재 있는 오브젝트의 UID를 씁니다.",
  "How long the token is wanted to be good for; the server may give another time.":
    "요청할 토큰의 유효 기간. 서버가 다른 기간으로 발급할 수 있습니다.",
};
