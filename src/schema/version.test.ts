import assert from "node:assert/strict";
import { test } from "node:test";
import { list, object, string } from "./field.ts";
import { kind, message } from "./message.ts";
import type { MessageType } from "./message.ts";
import { DerivedVersion } from "./version.ts";

abstract class Door extends message("io.k8s.api.houses.v1.Door", { color: string(1) }) {}
abstract class Window extends message("io.k8s.api.houses.v1.Window", {
  door: object(1, () => Door),
}) {}
abstract class House extends kind(
  "io.k8s.api.houses.v1.House",
  { group: "houses.k8s.io", version: "v1", kind: "House" },
  { windows: list(1, () => Window), doors: list(2, () => Door) },
) {}
abstract class OldDoor extends message("io.k8s.api.houses.v1beta1.Door", { paint: string(3) }) {}

/** The type of the items of a message's list. */
function itemOf(type: MessageType, field: string): MessageType {
  const of = type.fields[field]?.spec.of;
  assert.ok(of?.kind === "list" && of.item.kind === "message");
  return of.item.type();
}

test("a version may lay out single messages otherwise, wherever they stand", () => {
  const older = new DerivedVersion("io.k8s.api.houses", {
    from: "v1",
    to: "v1beta1",
    instead: () => [[Door, OldDoor]],
  });
  const house = older.kind(House);
  assert.equal(house.info.version, "v1beta1");
  assert.equal(house.fields["apiVersion"]?.spec.defaultValue, "houses.k8s.io/v1beta1");
  assert.equal(itemOf(house, "doors"), OldDoor);
  const window = itemOf(house, "windows");
  assert.equal(window.schemaName, "io.k8s.api.houses.v1beta1.Window");
  const door = window.fields["door"]?.spec.of;
  assert.ok(door?.kind === "message" && door.type() === OldDoor);
});

test("what is derived twice is derived from what is defined", () => {
  const beta = new DerivedVersion("io.k8s.api.houses", { from: "v1", to: "v1beta1" });
  const alpha = new DerivedVersion("io.k8s.api.houses", { from: "v1beta1", to: "v1alpha1" });
  const house = alpha.kind(beta.kind(House));
  assert.equal(house.schemaName, "io.k8s.api.houses.v1alpha1.House");
  assert.equal(house.derivedFrom, House);
  assert.equal(alpha.kind(beta.kind(House)), house);
});
