import type { ByteString } from "../go/byte-string.ts";
import { quote } from "../go/quote.ts";
import type { GoValue } from "../go/values.ts";

interface Placed {
  /** In bytes from the start of the template's text: errors tell line and column. */
  readonly position: number;
}

/** What a pipeline's command is made of. */
export type Operand =
  | (Placed & { readonly kind: "bool"; readonly value: boolean })
  | (Placed & { readonly kind: "dot" })
  | (Placed & { readonly kind: "nil" })
  | (Placed & NumberLiteral)
  | (Placed & { readonly kind: "string"; readonly quoted: ByteString; readonly text: ByteString })
  | (Placed & { readonly kind: "field"; readonly names: readonly ByteString[] })
  | (Placed & {
      readonly kind: "variable";
      readonly name: ByteString;
      readonly fields: readonly ByteString[];
    })
  | (Placed & { readonly kind: "function"; readonly name: ByteString })
  | Chain
  | Pipeline;

export interface NumberLiteral {
  readonly kind: "number";
  readonly text: ByteString;
  /** Undefined: it fits none of the types that a template's constants may have. */
  readonly value: GoValue | undefined;
}

/** Fields of what is no field or variable itself: `(index .list 0).name`. */
export interface Chain extends Placed {
  readonly kind: "chain";
  readonly of: Operand;
  readonly names: readonly ByteString[];
}

export interface Command extends Placed {
  readonly kind: "command";
  readonly operands: readonly [Operand, ...Operand[]];
}

export interface Pipeline extends Placed {
  readonly kind: "pipeline";
  readonly variables: readonly ByteString[];
  /** `$x = …` instead of `$x := …`. */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
}

export interface Branch extends Placed {
  readonly kind: "if" | "with" | "range";
  readonly pipeline: Pipeline;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[] | undefined;
}

export interface TemplateCall extends Placed {
  readonly kind: "template";
  readonly name: ByteString;
  readonly pipeline: Pipeline | undefined;
}

export type Statement =
  | (Placed & { readonly kind: "text"; readonly text: ByteString })
  | (Placed & { readonly kind: "action"; readonly pipeline: Pipeline })
  | (Placed & { readonly kind: "break" })
  | (Placed & { readonly kind: "continue" })
  | Branch
  | TemplateCall;

export type Node = Statement | Operand | Command;

/** A node as a template would write it; errors show it. */
export function showNode(node: Node): ByteString {
  switch (node.kind) {
    case "bool":
      return String(node.value);
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "number":
      return node.text;
    case "string":
      return node.quoted;
    case "field":
      return node.names.map((name) => `.${name}`).join("");
    case "variable":
      return [node.name, ...node.fields].join(".");
    case "function":
      return node.name;
    case "chain":
      return [showOperand(node.of), ...node.names].join(".");
    case "command":
      return node.operands.map(showOperand).join(" ");
    case "pipeline":
      return showPipeline(node);
    case "text":
      return node.text;
    case "action":
      return `{{${showNode(node.pipeline)}}}`;
    case "break":
    case "continue":
      return `{{${node.kind}}}`;
    case "template":
      return showCall(node);
    case "if":
    case "with":
    case "range": {
      const otherwise = node.otherwise ? `{{else}}${showAll(node.otherwise)}` : "";
      const head = `{{${node.kind} ${showNode(node.pipeline)}}}`;
      return `${head}${showAll(node.body)}${otherwise}{{end}}`;
    }
    default:
      return node satisfies never;
  }
}

function showAll(statements: readonly Statement[]): ByteString {
  return statements.map(showNode).join("");
}

function showOperand(operand: Operand): ByteString {
  return operand.kind === "pipeline" ? `(${showNode(operand)})` : showNode(operand);
}

function showCall({ name, pipeline }: TemplateCall): ByteString {
  return `{{template ${quote(name)}${pipeline ? ` ${showNode(pipeline)}` : ""}}}`;
}

function showPipeline({ variables, assigns, commands }: Pipeline): ByteString {
  const declared = variables.length > 0 ? `${variables.join(", ")} ${assigns ? "=" : ":="} ` : "";
  return declared + commands.map(showNode).join(" | ");
}
