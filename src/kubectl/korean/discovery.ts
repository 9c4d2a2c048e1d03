import type { Dictionary } from "../language.ts";

export const discoveryTexts: Dictionary = {
  "The version to explain (group/version), in place of the preferred one":
    "기본 버전 대신 설명할 버전 (group/version)",
  "The form: (plaintext, plaintext-openapiv2).": "형식: (plaintext, plaintext-openapiv2).",
  "List the resources that the server serves": "서버가 제공하는 리소스를 나열합니다",
  "List the resources that the server serves.": "서버가 제공하는 리소스를 나열합니다.",
  "List the resources": "리소스를 나열합니다",
  "List them with their verbs": "동사와 함께 나열합니다",
  "List them by kind": "종류 순으로 나열합니다",
  "List those that belong to namespaces": "네임스페이스에 속하는 것을 나열합니다",
  "List those of one API group": "한 API 그룹의 것을 나열합니다",
  "Only resources of this API group.": "이 API 그룹의 리소스만 보여 줍니다.",
  "Use the kept list where there is one.": "보관한 목록이 있으면 씁니다.",
  "Only resources that are in all of these categories.":
    "이 범주에 모두 속하는 리소스만 보여 줍니다.",
  "If false, only resources that belong to no namespace; if true, only those that do.":
    "false이면 네임스페이스에 속하지 않는 리소스만, true이면 속하는 리소스만 보여 줍니다.",
  "Leave out the line of headers.": "머리글 줄을 뺍니다.",
  "Output format. One of: (wide, name).": "출력 형식. 다음 중 하나: (wide, name).",
  "Sort by 'name' or by 'kind'.": "'name' 또는 'kind'로 정렬합니다.",
  "Only resources that have all of these verbs.": "이 동사를 모두 가진 리소스만 보여 줍니다.",
  'List the API versions that the server serves, as "group/version"':
    '서버가 제공하는 API 버전을 "group/version"으로 나열합니다',
  "List the API versions": "API 버전을 나열합니다",
};
