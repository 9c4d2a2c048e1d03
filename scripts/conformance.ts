import { readFileSync, writeFileSync } from "node:fs";
import {
  matrixFile,
  referenceRows,
  registrations,
  render,
  rowsOf,
} from "../test/conformance/matrix.ts";

// Writes docs/conformance.md from the tests of its rows. The rows are those it has, or, with a
// file, those of upstream's list: scripts/conformance.ts conformance-tests.tsv
const [list] = process.argv.slice(2);
const rows =
  list === undefined
    ? rowsOf(readFileSync(matrixFile, "utf8"))
    : referenceRows(
        readFileSync(list, "utf8")
          .split("\n")
          .map((line) => line.split("\t")),
      );
writeFileSync(matrixFile, render(rows, registrations()));
