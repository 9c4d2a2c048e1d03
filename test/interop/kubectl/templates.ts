import type { ParityScript } from "./parity.ts";

const objects = `apiVersion: v1
kind: ConfigMap
metadata: {name: one, labels: {app: a, tier: x}, annotations: {"a.b/c": "dotted"}}
data:
  number: "010"
  word: "on"
  lines: "a\\n  b\\n\\nc\\n"
  long: "${"word ".repeat(40)}"
  special: "<a> & 'b' \\"c\\" 한글 😀\\t|"
  code: aGVsbG8=
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  clusterIP: None
  selector: {app: a}
  ports:
  - {name: http, port: 80}
  - {name: https, port: 443}
  - {name: dns, port: 53, protocol: UDP}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: two, labels: {app: b}}
`;

const goTemplates = [
  "{{.metadata.name}} {{.data.word}} {{.data.nothing}}",
  '{{range $k, $v := .data}}{{$k}}={{printf "%q" $v}};{{end}}',
  "{{with .metadata.labels}}{{.app}}{{else}}none{{end}}",
  '{{if and .data (eq .metadata.name "one")}}yes{{else if .data}}some{{else}}no{{end}}',
  '{{len .data}} {{index .metadata.annotations "a.b/c"}} {{slice .data.word 0 1}}',
  '{{.data.code | base64decode}} {{base64decode "*"}}',
  '{{exists . "data" "word"}} {{exists . "spec"}}',
  "{{html .data.special}} {{js .data.special}} {{urlquery .data.special}}",
  '{{define "x"}}<{{.}}>{{end}}{{template "x" .kind}}{{block "y" .}}{{.kind}}{{end}}',
  "{{- /* nothing */ -}}   {{- .kind -}}   ",
  "{{$n := 0}}{{range 3}}{{$n = .}}{{if eq . 1}}{{continue}}{{end}}{{.}}{{end}}{{$n}}",
  "{{.metadata.name.first}}",
  "{{index .data 3}}",
  "{{len 3}} {{nope}}",
  "{{",
  "{{.a}",
  "{{if .a}}",
  '{{template "none"}}',
];

const paths = [
  "{.metadata.name} {.data.word} {.data.nothing}",
  "{.metadata.annotations.a\\.b/c}{.metadata.labels}",
  "{.metadata}{.data}",
  "{.metadata.name[0]}",
  "{.items[0]}",
  "{range .metadata.labels}{.app}{end}",
  "{nothing}",
  "{.a",
  "{end}",
  "plain",
];

const servicePaths = [
  "{.spec.ports[*].name}",
  "{.spec.ports[-1].port} {.spec.ports[0:2].port} {.spec.ports[::2].port}",
  '{.spec.ports[?(@.port>80)].name} {.spec.ports[?(@.protocol=="UDP")].name}',
  '{range .spec.ports[*]}{.name}{"\\t"}{.port}{"\\n"}{end}',
  '{.spec.ports[0]["name","port"]}',
  "{.spec.ports[0].name}{.spec.ports[0,2].port}",
  "{..port}",
  "{.spec.ports[7]}",
  '{.spec.ports[?(@.port>"80")]}',
];

const columns = [
  "NAME:.metadata.name,APP:.metadata.labels.app,NONE:.x",
  "NAME:metadata.name,ALL:{.metadata.labels},WORD:data.word",
  "A:.data.special,B:.data.lines",
  "A",
  "A:{.a}{.b}",
  "A:.a[",
  "A:.metadata[0]",
];

/** What the person says how to print, and what must be printed so that it can be compared. */
export const templateScripts: readonly ParityScript[] = [
  {
    name: "templates, paths, columns and documents",
    files: {
      "objects.yaml": objects,
      "template.txt": "{{.kind}}/{{.metadata.name}}\n",
      "path.txt": "{.kind}/{.metadata.name}",
      "columns.txt": "NAME  WORD\n.metadata.name  data.word\n",
      "wrong.txt": "NAME  WORD\n.metadata.name\n",
    },
    steps: [
      { settle: "apply -f objects.yaml" },
      ...goTemplates.map(
        (template) => `get cm one -o 'go-template=${template.replaceAll("'", "")}'`,
      ),
      ...paths.map((path) => `get cm one -o 'jsonpath=${path}'`),
      ...servicePaths.map((path) => `get svc web -o 'jsonpath=${path}'`),
      ...servicePaths.slice(0, 4).map((path) => `get svc web -o 'jsonpath-as-json=${path}'`),
      ...columns.map((spec) => `get cm -o 'custom-columns=${spec}' --sort-by=.metadata.name`),
      "get cm one -o go-template={{.nothing}} --allow-missing-template-keys=false",
      "get cm one -o jsonpath={.nothing} --allow-missing-template-keys=false",
      "get cm one -o template --template={{.kind}}",
      "get cm one --template={{.kind}}",
      "get cm one -o go-template",
      "get cm one -o jsonpath=",
      "get cm one -o go-template-file=template.txt",
      "get cm one -o templatefile=template.txt",
      "get cm one -o jsonpath-file=path.txt",
      "get cm one -o jsonpath-file=missing.txt",
      "get cm -o custom-columns-file=columns.txt",
      "get cm -o custom-columns-file=wrong.txt",
      "get cm -o custom-columns-file=missing.txt",
      "get cm one -o custom-columns=NAME:.metadata.name --no-headers",
      "get cm one -o yaml",
      "get cm one -o json",
      "get svc web -o yaml",
      "get cm,svc -o yaml",
      "get cm -o name --sort-by=.metadata.labels.app",
      "get cm -o name --sort-by=.nothing",
      "get cm --sort-by=.nothing",
      "get cm,svc --sort-by=.metadata.name",
      "get cm --sort-by={.metadata.labels.app}",
    ],
  },
];
