import { existsSync } from 'node:fs';
import { run } from './run.mjs';
import { say } from './say.mjs';

/** What tests use beyond npm packages, where it is, and which suites need it. */
const needs = [
  {
    name: 'Chromium',
    debian: 'chromium',
    variable: 'ACCORD_TEST_CHROMIUM',
    files: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
    suites: '\\.ui\\.spec\\.ts$',
  },
  {
    // The server's program alone: the package with the service would start one.
    name: 'MariaDB',
    debian: 'mariadb-server-core',
    variable: 'ACCORD_TEST_MARIADB',
    files: ['/usr/sbin/mariadbd', '/usr/bin/mariadbd', '/usr/local/bin/mariadbd'],
    suites: '\\.mariadb\\.spec\\.ts$',
  },
];

/** Needs of the tests that this machine does not meet. */
export function missingForTests() {
  return needs.filter(
    ({ files, variable }) => ![process.env[variable], ...files].some((file) => file && existsSync(file)),
  );
}

/** Installs what is missing where that is ours to do: on Debian, as root. */
export async function installForTests() {
  const missing = missingForTests();
  if (missing.length === 0 || !existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) return;
  const packages = missing.map(({ debian }) => debian);
  say(`Installing what tests use: ${packages.join(', ')} …`);
  const apt = (args) =>
    run('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
      capture: true,
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  await apt(['update']);
  const { code, output } = await apt(['install', '-y', '--no-install-recommends', ...packages]);
  if (code !== 0) say(`apt-get could not install them:\n${output.trim().split('\n').slice(-5).join('\n')}`);
}
