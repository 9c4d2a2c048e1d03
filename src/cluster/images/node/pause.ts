import { concatBytes } from "#base/bytes.ts";
import type { Bytes } from "#base/bytes.ts";
import { required } from "#base/invariant.ts";
import { writeOciArchive } from "./oci-archive.ts";
import type { ImageArchitecture, WrittenImage } from "./oci-archive.ts";
import { createTar } from "./tar.ts";

/** The name that the sandbox of every pod is started from. */
export const pauseImage = "registry.k8s.io/pause:3.10";

/**
 * Writes the image that holds a pod's namespaces open. Made here, byte by byte, so that a machine
 * needs neither a registry nor a compiler before its first pod.
 */
export async function writePauseImage(
  options: { readonly file: string; readonly architecture: ImageArchitecture },
  signal?: AbortSignal,
): Promise<readonly WrittenImage[]> {
  const { file, architecture } = options;
  const data = pauseProgram(architecture);
  const layer = { bytes: createTar([{ path: "pause", type: "file", mode: 0o755, data }]) };
  const config = {
    architecture,
    entrypoint: ["/pause"],
    environment: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    user: "65535:65535",
    workingDirectory: "/",
  };
  return writeOciArchive(
    { file, images: [{ names: [pauseImage], config, layers: [layer] }] },
    signal,
  );
}

/**
 * A static ELF program: blocks all signals, then takes them one by one. SIGCHLD reaps what has
 * ended, SIGTERM and SIGINT end it with 0, the rest is ignored. Signals are waited for and not
 * handled, because process 1 of a namespace never gets one whose action is the default, unless it
 * is blocked.
 */
export function pauseProgram(architecture: ImageArchitecture): Bytes {
  return architecture === "amd64" ? elf(0x3e, assemble(amd64Code)) : elf(0xb7, assemble(arm64Code));
}

const loadAddress = 0x400000;
const headersSize = 64 + 56;

/** One segment, readable and executable, that is the whole file; the code starts it. */
function elf(machine: number, code: Uint8Array): Bytes {
  const size = headersSize + code.length;
  const headers = new DataView(new ArrayBuffer(headersSize));
  const word = (offset: number, value: number) => headers.setBigUint64(offset, BigInt(value), true);
  [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1].forEach((byte, index) => headers.setUint8(index, byte));
  headers.setUint16(16, 2, true); // an executable
  headers.setUint16(18, machine, true);
  headers.setUint32(20, 1, true);
  word(24, loadAddress + headersSize); // entry
  word(32, 64); // program headers follow the file header
  headers.setUint16(52, 64, true);
  headers.setUint16(54, 56, true);
  headers.setUint16(56, 1, true);
  headers.setUint16(58, 64, true);
  headers.setUint32(64, 1, true); // PT_LOAD
  headers.setUint32(68, 5, true); // read, execute
  word(80, loadAddress);
  word(88, loadAddress);
  word(96, size);
  word(104, size);
  word(112, 0x10000); // the largest page size of the machines supported
  return concatBytes([new Uint8Array(headers.buffer), code]);
}

/** A place in the code, or a reference to one that `assemble` fills in. */
type Instruction =
  | readonly number[]
  | { readonly label: string }
  /** `bytes`, then the distance from the instruction's end, in one byte or four. */
  | { readonly bytes: readonly number[]; readonly to: string; readonly width: 1 | 4 }
  /** An arm64 word, with the distance in words from it added at bit `shift`. */
  | { readonly word: number; readonly to: string; readonly unit: 1 | 4; readonly shift: number };

function assemble(instructions: readonly Instruction[]): Bytes {
  const places = new Map<string, number>();
  let length = 0;
  for (const instruction of instructions) {
    if ("label" in instruction) places.set(instruction.label, length);
    else length += sizeOf(instruction);
  }
  const code = new DataView(new ArrayBuffer(length));
  let offset = 0;
  for (const instruction of instructions) {
    if ("label" in instruction) continue;
    const end = offset + sizeOf(instruction);
    if ("to" in instruction) {
      const place = required(places.get(instruction.to), `no label ${instruction.to}`);
      if ("word" in instruction) {
        const distance = ((place - offset) / instruction.unit) & 0x7ffff;
        code.setUint32(offset, (instruction.word | (distance << instruction.shift)) >>> 0, true);
      } else {
        instruction.bytes.forEach((byte, index) => code.setUint8(offset + index, byte));
        if (instruction.width === 1) code.setInt8(end - 1, place - end);
        else code.setInt32(end - 4, place - end, true);
      }
    } else instruction.forEach((byte, index) => code.setUint8(offset + index, byte));
    offset = end;
  }
  return new Uint8Array(code.buffer);
}

function sizeOf(instruction: Exclude<Instruction, { readonly label: string }>): number {
  if ("word" in instruction) return 4;
  return "to" in instruction ? instruction.bytes.length + instruction.width : instruction.length;
}

const everySignal = Array<number>(8).fill(0xff);

const amd64Code: readonly Instruction[] = [
  // rt_sigprocmask(SIG_BLOCK, &mask, NULL, 8)
  [0xb8, 14, 0, 0, 0], // mov eax, 14
  [0x31, 0xff], // xor edi, edi
  { bytes: [0x48, 0x8d, 0x35], to: "mask", width: 4 }, // lea rsi, [mask]
  [0x31, 0xd2], // xor edx, edx
  [0x41, 0xba, 8, 0, 0, 0], // mov r10d, 8
  [0x0f, 0x05], // syscall
  { label: "loop" }, // rt_sigtimedwait(&mask, NULL, NULL, 8)
  [0xb8, 128, 0, 0, 0], // mov eax, 128
  { bytes: [0x48, 0x8d, 0x3d], to: "mask", width: 4 }, // lea rdi, [mask]
  [0x31, 0xf6], // xor esi, esi
  [0x31, 0xd2], // xor edx, edx
  [0x41, 0xba, 8, 0, 0, 0], // mov r10d, 8
  [0x0f, 0x05], // syscall
  [0x83, 0xf8, 15], // cmp eax, SIGTERM
  { bytes: [0x74], to: "exit", width: 1 }, // je exit
  [0x83, 0xf8, 2], // cmp eax, SIGINT
  { bytes: [0x74], to: "exit", width: 1 },
  [0x83, 0xf8, 17], // cmp eax, SIGCHLD
  { bytes: [0x75], to: "loop", width: 1 }, // jne loop
  { label: "reap" }, // wait4(-1, NULL, WNOHANG, NULL)
  [0x48, 0x83, 0xcf, 0xff], // or rdi, -1
  [0x31, 0xf6], // xor esi, esi
  [0xba, 1, 0, 0, 0], // mov edx, 1
  [0x45, 0x31, 0xd2], // xor r10d, r10d
  [0xb8, 61, 0, 0, 0], // mov eax, 61
  [0x0f, 0x05], // syscall
  [0x85, 0xc0], // test eax, eax
  { bytes: [0x7f], to: "reap", width: 1 }, // jg reap
  { bytes: [0xeb], to: "loop", width: 1 }, // jmp loop
  { label: "exit" },
  [0xb8, 60, 0, 0, 0], // mov eax, 60
  [0x31, 0xff], // xor edi, edi
  [0x0f, 0x05], // syscall
  { label: "mask" },
  everySignal,
];

/** movz Xregister, #value */
const move = (register: number, value: number) => word(0xd2800000 | (value << 5) | register);
/** cmp w0, #value */
const compare = (value: number) => word(0x7100001f | (value << 10));
/** adr Xregister, label: its two low bits are zero here, as everything is aligned to words. */
const address = (register: number, to: string): Instruction => ({
  word: 0x10000000 | register,
  to,
  unit: 4,
  shift: 5,
});
/** b.condition label */
const branch = (condition: number, to: string): Instruction => ({
  word: 0x54000000 | condition,
  to,
  unit: 4,
  shift: 5,
});
const equal = 0;
const greater = 12;
const always = 14;
const systemCall = word(0xd4000001);

function word(value: number): readonly number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

const arm64Code: readonly Instruction[] = [
  // rt_sigprocmask(SIG_BLOCK, &mask, NULL, 8)
  move(0, 0),
  address(1, "mask"),
  move(2, 0),
  move(3, 8),
  move(8, 135),
  systemCall,
  { label: "loop" }, // rt_sigtimedwait(&mask, NULL, NULL, 8)
  address(0, "mask"),
  move(1, 0),
  move(2, 0),
  move(3, 8),
  move(8, 137),
  systemCall,
  compare(15),
  branch(equal, "exit"),
  compare(2),
  branch(equal, "exit"),
  compare(17),
  branch(equal, "reap"),
  branch(always, "loop"),
  { label: "reap" }, // wait4(-1, NULL, WNOHANG, NULL)
  word(0x92800000), // movn x0, #0
  move(1, 0),
  move(2, 1),
  move(3, 0),
  move(8, 260),
  systemCall,
  compare(0),
  branch(greater, "reap"),
  branch(always, "loop"),
  { label: "exit" },
  move(0, 0),
  move(8, 93),
  systemCall,
  { label: "mask" },
  everySignal,
];
