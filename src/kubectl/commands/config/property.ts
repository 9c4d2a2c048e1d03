import { toBase64, utf8 } from "#base/bytes.ts";
import { cloneJson } from "#machinery/json.ts";
import type { Row } from "#machinery/json.ts";
import {
  checkBase64,
  clusterFields,
  configFields,
  contextFields,
  normalized,
  preferencesFields,
  userFields,
} from "../../config/fields.ts";
import type { Field, Struct } from "../../config/fields.ts";
import type { Settings, Stanza } from "../../config/settings.ts";
import { CommandError, messageOf } from "../../errors.ts";

/** What "clusters.my.cluster.server" names: a value of the settings, or of one of its entries. */
type Property =
  | { readonly kind: "top"; readonly field: Field }
  | { readonly kind: "preference"; readonly field: Field }
  | { readonly kind: "entry"; readonly section: Section; readonly name: string }
  | {
      readonly kind: "entryField";
      readonly section: Section;
      readonly name: string;
      readonly field: Field;
    };

type Section = "clusters" | "contexts" | "users";

const structs: Readonly<Record<Section, Struct>> = {
  clusters: clusterFields,
  contexts: contextFields,
  users: userFields,
};

/** Names of entries may have dots: they end before the first word that is a field. */
export function parseProperty(path: string): Property {
  const [first = "", ...rest] = path.split(".");
  const field = configFields.fields.find(({ name }) => name === first);
  if (!field) throw new CommandError(`unable to parse ${path} after [] at api.Config`);
  if (rest.length === 0) return { kind: "top", field };
  if (first === "preferences") {
    const [name = "", ...more] = rest;
    const preference = preferencesFields.fields.find((known) => known.name === name);
    if (!preference) {
      throw new CommandError(
        `unable to parse ${path} after [{preferences api.Preferences}] at api.Preferences`,
      );
    }
    if (more.length > 0) throw tooDeep(path);
    return { kind: "preference", field: preference };
  }
  if (!(first in structs)) throw tooDeep(path);
  const section = first as Section;
  const { fields } = structs[section];
  const nameOf = ({ name, setName = name }: Field) => setName;
  const at = rest.findIndex(
    (word, index) => index > 0 && fields.some((known) => nameOf(known) === word),
  );
  if (at < 0) return { kind: "entry", section, name: rest.join(".") };
  const entryField = fields.find((known) => nameOf(known) === rest[at]);
  if (!entryField || at < rest.length - 1) throw tooDeep(path, entryField);
  return { kind: "entryField", section, name: rest.slice(0, at).join("."), field: entryField };
}

function tooDeep(path: string, field?: Field): CommandError {
  if (field?.shape === "stringLists") return new CommandError("string is not of type struct");
  return new CommandError(`unable to parse one or more field values of ${path}`);
}

export function setProperty(
  settings: Settings,
  property: Property,
  value: string,
  { rawBytes }: { readonly rawBytes: boolean },
): void {
  switch (property.kind) {
    case "top": {
      const { name } = property.field;
      if (name === "current-context") settings.currentContext = value;
      // What a kubeconfig is has but one right answer, which is written in any case.
      else if (name !== "kind" && name !== "apiVersion") throw noValue(settings, name);
      return;
    }
    case "preference":
      settings.preferences = withField(
        settings.preferences,
        property.field,
        { value, rawBytes },
        preferencesFields,
      );
      return;
    case "entry":
      throw noValue(settings, property.section);
    case "entryField": {
      const { section, name, field } = property;
      const entries = settings[section] as Map<string, Stanza<object>>;
      const before = entries.get(name);
      entries.set(name, {
        value: withField({ ...before?.value }, field, { value, rawBytes }, structs[section]),
        origin: before?.origin ?? "",
      });
      return;
    }
    default:
      property satisfies never;
  }
}

/** Lists and objects are not set as a whole. */
function noValue(settings: Settings, name: string): CommandError {
  if (name === "preferences") {
    const colors = settings.preferences.colors === true;
    return new CommandError(
      'unable to locate path config.navigationStep{stepValue:"", stepType:reflect.Type(nil)} ' +
        `under {${colors} map[]}`,
    );
  }
  const entries = name in structs ? [...settings[name as Section].keys()] : [];
  return new CommandError(`can't set a map to a value: map[${entries.join(" ")}]`);
}

function withField(
  before: Row,
  field: Field,
  { value, rawBytes }: { readonly value: string; readonly rawBytes: boolean },
  struct: Struct,
): Row {
  return normalized({ ...before, [field.name]: parsed() }, struct);

  function parsed(): unknown {
    switch (field.shape) {
      case "string":
        return value;
      case "bool":
        return parseBool(value);
      case "bytes":
        if (rawBytes) return toBase64(utf8(value));
        try {
          checkBase64(value);
        } catch (error) {
          throw new CommandError(`error decoding input value: ${messageOf(error)}`);
        }
        return value;
      case "strings":
        throw new CommandError("unrecognized slice type. string");
      case "stringLists":
      case "extensions":
        throw new CommandError("can't set a map to a value: map[]");
      default:
        throw new CommandError(`${field.name} has several values; set them with set-credentials`);
    }
  }
}

function parseBool(text: string): boolean {
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
  throw new CommandError(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
}

export function unsetProperty(settings: Settings, property: Property): void {
  switch (property.kind) {
    case "top": {
      const { name } = property.field;
      if (name === "current-context") settings.currentContext = "";
      else if (name === "preferences") settings.preferences = {};
      else if (name in structs) settings[name as Section].clear();
      return;
    }
    case "preference": {
      const { [property.field.name]: _gone, ...rest } = settings.preferences;
      settings.preferences = rest;
      return;
    }
    case "entry":
      settings[property.section].delete(property.name);
      return;
    case "entryField": {
      const { section, name, field } = property;
      const entries = settings[section] as Map<string, Stanza<object>>;
      const before = entries.get(name);
      if (!before) throw new CommandError(`current map key \`${name}\` is invalid`);
      const { [field.name]: _gone, ...rest } = cloneJson(before.value as Row);
      entries.set(name, { ...before, value: normalized(rest, structs[section]) });
      return;
    }
    default:
      property satisfies never;
  }
}
