const name = (() => {
  const domainPart = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
  const host = `(?:${domainPart}(?:\\.${domainPart})*|\\[[a-fA-F0-9:]+\\])`;
  const pathPart = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
  return `(?:${host}(?::[0-9]+)?/)?${pathPart}(?:/${pathPart})*`;
})();
const tag = "\\w[\\w.-]{0,127}";
const digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[a-fA-F0-9]{32,}";
const reference = new RegExp(`^${name}(?::${tag})?(?:@${digest})?$`);

/** Whether an image could be called so: [host[:port]/]path[:tag][@digest]. */
export function isImageName(text: string): boolean {
  return reference.test(text);
}
