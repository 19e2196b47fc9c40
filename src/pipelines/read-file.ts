import { open } from 'node:fs/promises';
import { MAX_BYTES } from './yaml-source.js';

/**
 * A file's text, or why it cannot be one. Reads no more than the limit, whatever the file's size says. Bytes that are not UTF-8
 * come back as U+FFFD, which the reader refuses with its place.
 */
export async function readText(
  path: string,
): Promise<{ readonly text: string } | { readonly tooLarge: number } | { readonly unreadable: string }> {
  let file;
  try {
    file = await open(path, 'r');
    const stat = await file.stat();
    if (!stat.isFile()) return { unreadable: 'it is not a file' };
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > MAX_BYTES) return { tooLarge: Math.max(stat.size, bytesRead) };
    return { text: new TextDecoder('utf-8').decode(buffer.subarray(0, bytesRead)) };
  } catch (error) {
    return { unreadable: error instanceof Error ? error.message : String(error) };
  } finally {
    await file?.close();
  }
}
