import type { Dictionary } from "../language.ts";

export const configTexts: Dictionary = {
  "Change kubeconfig files": "kubeconfig 파일을 바꿉니다",
  'Change kubeconfig files, by subcommands such as "kubectl config set current-context my-context".\n\nWhich files are read:\n\n 1.  With --kubeconfig, that file and no other. The flag is given once.\n  2.  With $KUBECONFIG, the files of that list, merged. What is changed is changed in the file that has it; what is new goes to the first file that exists, or else to the last of the list.\n  3.  Otherwise ${HOME}/.kube/config.':
    '"kubectl config set current-context my-context" 같은 하위 명령으로 kubeconfig 파일을 바꿉니다.\n\n읽는 파일:\n\n 1.  --kubeconfig를 주면 그 파일만 읽습니다. 한 번만 줄 수 있습니다.\n  2.  $KUBECONFIG가 있으면 그 목록의 파일을 합쳐서 읽습니다. 바뀐 것은 그것이 있던 파일에 쓰고, 새로운 것은 처음으로 존재하는 파일에, 없으면 목록의 마지막 파일에 씁니다.\n  3.  아니면 ${HOME}/.kube/config를 읽습니다.',
  "Show the name of the current context": "현재 컨텍스트의 이름을 보여 줍니다",
  "Show the name of the current context.": "현재 컨텍스트의 이름을 보여 줍니다.",
  "Show the current context": "현재 컨텍스트를 보여 줍니다",
  "Delete one cluster of the kubeconfig": "kubeconfig의 클러스터 하나를 삭제합니다",
  "Delete one cluster of the kubeconfig.": "kubeconfig의 클러스터 하나를 삭제합니다.",
  "Delete the cluster minikube": "클러스터 minikube를 삭제합니다",
  "Delete one context of the kubeconfig": "kubeconfig의 컨텍스트 하나를 삭제합니다",
  "Delete one context of the kubeconfig.": "kubeconfig의 컨텍스트 하나를 삭제합니다.",
  "Delete the context minikube": "컨텍스트 minikube를 삭제합니다",
  "Delete one user of the kubeconfig": "kubeconfig의 사용자 하나를 삭제합니다",
  "Delete one user of the kubeconfig.": "kubeconfig의 사용자 하나를 삭제합니다.",
  "Delete the user minikube": "사용자 minikube를 삭제합니다",
  "List the clusters of the kubeconfig": "kubeconfig의 클러스터를 나열합니다",
  "List the clusters of the kubeconfig.": "kubeconfig의 클러스터를 나열합니다.",
  "List the clusters that kubectl knows": "kubectl이 아는 클러스터를 나열합니다",
  "Show one or many contexts": "컨텍스트 하나 또는 여럿을 보여 줍니다",
  "Show one or many contexts of the kubeconfig.":
    "kubeconfig의 컨텍스트 하나 또는 여럿을 보여 줍니다.",
  "List all contexts": "모든 컨텍스트를 나열합니다",
  "Show one context": "컨텍스트 하나를 보여 줍니다",
  "Output format. One of: (name).": "출력 형식. 다음 중 하나: (name).",
  "List the users of the kubeconfig": "kubeconfig의 사용자를 나열합니다",
  "List the users of the kubeconfig.": "kubeconfig의 사용자를 나열합니다.",
  "List the users that kubectl knows": "kubectl이 아는 사용자를 나열합니다",
  "Give a context of the kubeconfig another name": "kubeconfig의 컨텍스트 이름을 바꿉니다",
  "Give a context of the kubeconfig another name.\n\nCONTEXT_NAME is the name that the context has.\n\nNEW_NAME is the name that it gets.\n\nWhere it is the current context, it stays the current one under its new name.":
    "kubeconfig의 컨텍스트 이름을 바꿉니다.\n\nCONTEXT_NAME은 컨텍스트의 지금 이름입니다.\n\nNEW_NAME은 새 이름입니다.\n\n현재 컨텍스트이면 새 이름으로도 현재 컨텍스트로 남습니다.",
  "Rename the context 'old-name' to 'new-name'":
    "컨텍스트 'old-name'의 이름을 'new-name'으로 바꿉니다",
  "Set one value of the kubeconfig": "kubeconfig의 값 하나를 정합니다",
  "Set one value of the kubeconfig.\n\nPROPERTY_NAME is a path with dots: names of fields, and names of entries between them.\n\nPROPERTY_VALUE is the new value. For fields of bytes, such as 'certificate-authority-data', it is base64, unless --set-raw-bytes is given.\n\nAn entry that is there already keeps its other fields.":
    "kubeconfig의 값 하나를 정합니다.\n\nPROPERTY_NAME은 점으로 이은 경로이며, 필드 이름과 그 사이의 항목 이름으로 이루어집니다.\n\nPROPERTY_VALUE는 새 값입니다. 'certificate-authority-data' 같은 바이트 필드의 값은 --set-raw-bytes가 없으면 base64입니다.\n\n이미 있는 항목의 다른 필드는 그대로 남습니다.",
  "Set the server of the cluster my-cluster": "클러스터 my-cluster의 서버를 정합니다",
  "Set the certificates of the authority of my-cluster": "my-cluster의 인증 기관 인증서를 정합니다",
  "Set the cluster of the context my-context": "컨텍스트 my-context의 클러스터를 정합니다",
  "Set the key of the user cluster-admin, given as it is":
    "사용자 cluster-admin의 키를 주어진 그대로 정합니다",
  "Take the value of a field of bytes as it is, not as base64.":
    "바이트 필드의 값을 base64가 아니라 그대로 받습니다.",
  "Set fields of a cluster of the kubeconfig": "kubeconfig의 클러스터 필드를 정합니다",
  "Set fields of a cluster of the kubeconfig.\n\nA cluster that is there already keeps the fields that are not given.":
    "kubeconfig의 클러스터 필드를 정합니다.\n\n이미 있는 클러스터에서 주지 않은 필드는 그대로 남습니다.",
  "Set the server of the cluster e2e and nothing else": "클러스터 e2e의 서버만 정합니다",
  "Put the authority's certificates into the entry of e2e":
    "e2e의 항목에 인증 기관의 인증서를 넣습니다",
  "Do not check the certificate of e2e": "e2e의 인증서를 확인하지 않습니다",
  "Expect another name in the certificate of e2e": "e2e의 인증서에 다른 이름이 있다고 봅니다",
  "Reach e2e through a proxy": "프록시를 거쳐 e2e에 접속합니다",
  "The address of the cluster's API server": "클러스터 API 서버의 주소",
  "The name to expect in the server's certificate": "서버 인증서에 있어야 할 이름",
  "Whether the server's certificate is not checked": "서버 인증서를 확인하지 않을지 여부",
  "File with the certificates of the cluster's authority": "클러스터 인증 기관의 인증서 파일",
  "Put the certificates themselves into the kubeconfig": "인증서 자체를 kubeconfig에 넣습니다",
  "The proxy to reach the cluster through": "클러스터에 접속할 때 거칠 프록시",
  "Set fields of a context of the kubeconfig": "kubeconfig의 컨텍스트 필드를 정합니다",
  "Set fields of a context of the kubeconfig.\n\nA context that is there already keeps the fields that are not given.":
    "kubeconfig의 컨텍스트 필드를 정합니다.\n\n이미 있는 컨텍스트에서 주지 않은 필드는 그대로 남습니다.",
  "Set the user of the context gce and nothing else": "컨텍스트 gce의 사용자만 정합니다",
  "Change the current context": "현재 컨텍스트를 바꿉니다",
  "The cluster of the context": "컨텍스트의 클러스터",
  "The user of the context": "컨텍스트의 사용자",
  "The namespace that commands act in": "명령이 작업할 네임스페이스",
  "Set fields of a user of the kubeconfig": "kubeconfig의 사용자 필드를 정합니다",
  "Set fields of a user of the kubeconfig.\n\nA user that is there already keeps the fields that are not given.\n\n       Client certificates:\n        --client-certificate=certfile --client-key=keyfile\n        \n        Bearer tokens:\n        --token=bearer_token\n        \n        Basic authentication:\n        --username=basic_user --password=basic_password\n        \n A user has a bearer token or basic authentication, not both.":
    "kubeconfig의 사용자 필드를 정합니다.\n\n이미 있는 사용자에서 주지 않은 필드는 그대로 남습니다.\n\n       클라이언트 인증서:\n        --client-certificate=certfile --client-key=keyfile\n        \n        베어러 토큰:\n        --token=bearer_token\n        \n        기본 인증:\n        --username=basic_user --password=basic_password\n        \n 사용자는 베어러 토큰과 기본 인증 중 하나만 가집니다.",
  'Set the "client-key" of "cluster-admin" and nothing else':
    '"cluster-admin"의 "client-key"만 정합니다',
  'Let "cluster-admin" use basic authentication': '"cluster-admin"이 기본 인증을 쓰게 합니다',
  'Put the client certificate itself into the entry of "cluster-admin"':
    '"cluster-admin"의 항목에 클라이언트 인증서 자체를 넣습니다',
  'Give "cluster-admin" an auth provider': '"cluster-admin"에 인증 제공자를 줍니다',
  'Give "cluster-admin" an auth provider with settings':
    '"cluster-admin"에 인증 제공자와 그 설정을 줍니다',
  'Take the setting "client-secret" of the auth provider away':
    '인증 제공자의 설정 "client-secret"을 없앱니다',
  'Let a program give the credentials of "cluster-admin"':
    '프로그램이 "cluster-admin"의 자격 증명을 주게 합니다',
  "Let a program give them that never asks at the terminal":
    "터미널에서 묻지 않는 프로그램이 주게 합니다",
  "Give the program other arguments": "프로그램에 다른 인자를 줍니다",
  "Set environment variables of the program": "프로그램의 환경 변수를 정합니다",
  "Take an environment variable of the program away": "프로그램의 환경 변수 하나를 없앱니다",
  "File with the user's client certificate": "사용자의 클라이언트 인증서 파일",
  "File with the key of the user's client certificate": "사용자 클라이언트 인증서의 키 파일",
  "The user's bearer token": "사용자의 베어러 토큰",
  "The user's name for basic authentication": "기본 인증의 사용자 이름",
  "The user's password for basic authentication": "기본 인증의 비밀번호",
  "The user's auth provider": "사용자의 인증 제공자",
  "'key=value' settings of the auth provider": "인증 제공자의 'key=value' 설정",
  "The program that gives the user's credentials": "사용자의 자격 증명을 주는 프로그램",
  "The version of the interface that the program speaks": "프로그램이 쓰는 인터페이스의 버전",
  "Whether the program may ask at the terminal": "프로그램이 터미널에서 물을 수 있는지 여부",
  "Whether the program is told of the cluster": "프로그램에 클러스터를 알려 줄지 여부",
  "New arguments of the program": "프로그램의 새 인자",
  "'key=value' environment variables of the program": "프로그램의 'key=value' 환경 변수",
  "Put the certificate and the key themselves into the kubeconfig":
    "인증서와 키 자체를 kubeconfig에 넣습니다",
  "Take one value out of the kubeconfig": "kubeconfig의 값 하나를 없앱니다",
  "Take one value out of the kubeconfig.\n\nPROPERTY_NAME is a path with dots: names of fields, and names of entries between them.":
    "kubeconfig의 값 하나를 없앱니다.\n\nPROPERTY_NAME은 점으로 이은 경로이며, 필드 이름과 그 사이의 항목 이름으로 이루어집니다.",
  "Have no current context": "현재 컨텍스트를 없앱니다",
  "Take the namespace of the context foo away": "컨텍스트 foo의 네임스페이스를 없앱니다",
  "Make one context of the kubeconfig the current one":
    "kubeconfig의 컨텍스트 하나를 현재 컨텍스트로 정합니다",
  "Make one context of the kubeconfig the current one.":
    "kubeconfig의 컨텍스트 하나를 현재 컨텍스트로 정합니다.",
  "Use the context minikube": "컨텍스트 minikube를 사용합니다",
  "Show the merged kubeconfig, or one of its files": "합친 kubeconfig나 그 파일 하나를 보여 줍니다",
  "Show what all kubeconfig files say together, or what one of them says.\n\nWith --output jsonpath={...}, single values can be shown.":
    "모든 kubeconfig 파일을 합친 내용이나 그중 하나의 내용을 보여 줍니다.\n\n--output jsonpath={...}로 값 하나만 볼 수 있습니다.",
  "Show the merged kubeconfig": "합친 kubeconfig를 보여 줍니다",
  "Show it with its certificates and secrets": "인증서와 비밀까지 보여 줍니다",
  "Show the password of the user e2e": "사용자 e2e의 비밀번호를 보여 줍니다",
  "Put the contents of files in the place of their names, for a kubeconfig to carry away":
    "파일 이름 대신 파일의 내용을 넣어 옮길 수 있는 kubeconfig를 만듭니다",
  "Merge all kubeconfig files": "모든 kubeconfig 파일을 합칩니다",
  "Show only what the current context uses": "현재 컨텍스트가 쓰는 것만 보여 줍니다",
  "Show bytes and secrets as they are": "바이트와 비밀을 그대로 보여 줍니다",
};
