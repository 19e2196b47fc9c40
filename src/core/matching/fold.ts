import anyAscii from 'any-ascii';

/** German spells what has no umlaut with an e behind it; other letters lose their marks. */
const GERMAN: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss' };

/** Text as people hear it: small ASCII letters and digits, words one space apart. */
export function fold(text: string): string {
  const plain = isAscii(text)
    ? text
    : anyAscii(
        text
          .normalize('NFC')
          .toLowerCase()
          .replace(/[äöüß]/g, (letter) => GERMAN[letter] ?? letter),
      );
  return plain
    .toLowerCase()
    .replace(/['’`.]/g, '')
    .replace(/&/g, ' and ')
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();
}

/** Words of a text that was folded. */
export function wordsOf(folded: string): readonly string[] {
  return folded === '' ? [] : folded.split(' ');
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false;
  return true;
}
