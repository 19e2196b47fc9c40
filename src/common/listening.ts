/** What decides who can reach the service, and whether what they send can be read on the way: variables of the environment. */
export interface Listening {
  readonly HOST: string;
  readonly PUBLIC_URL?: string;
  readonly TLS_CERT_FILE?: string;
  readonly TLS_KEY_FILE?: string;
  readonly ACCORD_BEHIND_PROXY?: number;
  readonly ACCORD_DEMO: 'auto' | 'on' | 'off';
}

/** Whether a host name or address can only mean this machine. */
export function isLoopback(host: string): boolean {
  return ['127.0.0.1', '::1', '[::1]', 'localhost'].includes(host);
}

/** Whether nobody but this machine reaches the service, as far as its settings tell. */
export function isLocalOnly({ HOST, PUBLIC_URL, ACCORD_BEHIND_PROXY }: Listening): boolean {
  return (
    isLoopback(HOST) &&
    ACCORD_BEHIND_PROXY === undefined &&
    (PUBLIC_URL === undefined || isLoopback(hostOf(PUBLIC_URL)))
  );
}

/** Why the service must not listen like this; `null` when it may. */
export function whyNotListen(env: Listening): string | null {
  const { HOST, PUBLIC_URL, TLS_CERT_FILE, TLS_KEY_FILE, ACCORD_BEHIND_PROXY, ACCORD_DEMO } = env;
  if ((TLS_CERT_FILE === undefined) !== (TLS_KEY_FILE === undefined))
    return 'can use TLS only when both TLS_CERT_FILE and TLS_KEY_FILE are set';
  if (ACCORD_DEMO === 'on' && !isLocalOnly(env))
    return 'cannot be reached from elsewhere with ACCORD_DEMO=on: the passwords of the demo are known to everybody';
  if (isLoopback(HOST)) return null;
  if (TLS_CERT_FILE === undefined && ACCORD_BEHIND_PROXY === undefined)
    return (
      'must be 127.0.0.1, ::1 or localhost, or passwords could be read on their way. To be reached from other machines, set ' +
      'TLS_CERT_FILE and TLS_KEY_FILE; or, behind a proxy that does TLS, ACCORD_BEHIND_PROXY=1 (the number of proxies)'
    );
  return PUBLIC_URL === undefined
    ? 'can be another than this machine only when PUBLIC_URL says how people reach it, such as https://accord.example.org'
    : null;
}

/** Plain HTTP is for this machine alone. */
export function isSafeAddress(url: string): boolean {
  return url.startsWith('https:') || isLoopback(hostOf(url));
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
