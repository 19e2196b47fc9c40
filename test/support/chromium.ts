import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

/**
 * Starts a headless Chromium: the one that ACCORD_TEST_CHROMIUM names, or the system's. `npm test` installs it where it
 * can and leaves the suites that need it (`*.ui.spec.ts`) out, loudly, where there is none.
 */
export async function launchChromium(): Promise<Browser> {
  const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
  const executablePath = process.env.ACCORD_TEST_CHROMIUM ?? places.find((file) => existsSync(file));
  if (executablePath === undefined)
    throw new Error(`No Chromium: set ACCORD_TEST_CHROMIUM, or install ${places[0] ?? ''}`);
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
