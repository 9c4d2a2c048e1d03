/** What a ConfigMap or a Secret may hold altogether. */
export const contentBytesMax = 1024 * 1024;

const encoder = new TextEncoder();

export function bytesOfText(text: string): number {
  return encoder.encode(text).length;
}

/** Four characters are three bytes, less what pads the end. */
export function bytesOfBase64(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return Math.floor((text.length * 3) / 4) - padding;
}
