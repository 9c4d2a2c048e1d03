import { nameSuffix } from "#base/random.ts";
import type { Random } from "#base/random.ts";

/** One container for each image, called as the image is. */
export function containersOf(
  images: readonly string[],
  command: readonly string[],
  random: Random,
) {
  return images.map((image) => ({
    name: containerName(image, random),
    image,
    ...(command.length > 0 && { command: [...command] }),
  }));
}

function containerName(image: string, random: Random): string {
  const last = image.slice(image.lastIndexOf("/") + 1);
  const name = last.replace(/[:@].*$/s, "");
  // Without what names must not have it might be another one's.
  if (!/[_.]/.test(name)) return name;
  return `${name.replaceAll(/[_.]/g, "-")}-${nameSuffix(random)}`;
}
