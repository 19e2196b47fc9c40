import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import type { Browser } from './browser.js';

/** Somebody whom the provider knows. */
export interface Account {
  readonly sub: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
  readonly groups?: readonly string[];
}

/** A real OpenID provider, certified as one, on a port of its own; everybody's password is right. */
export class TestProvider {
  readonly accounts = new Map<string, Account>();
  #handle: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end();

  private constructor(
    readonly issuer: string,
    private readonly server: Server,
  ) {}

  /** Its address is known before the service that it is for. */
  static async listen(): Promise<TestProvider> {
    const server = createServer((request, response) => provider.#handle(request, response)).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const provider = new TestProvider(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, server);
    return provider;
  }

  /** @param service where the service answers */
  serve(service: string): void {
    const provider = quietly(
      () =>
        new Provider(this.issuer, {
          clients: [
            {
              client_id: 'accord',
              client_secret: 'the secret of accord',
              redirect_uris: [`${service}/api/v1/session/single-sign-on/callback`],
            },
          ],
          cookies: { keys: ['only for tests'] },
          pkce: { required: () => true },
          scopes: ['openid', 'email', 'profile', 'groups'],
          claims: {
            openid: ['sub'],
            email: ['email', 'email_verified'],
            profile: ['name'],
            groups: ['groups'],
          },
          ttl: {
            Interaction: 600,
            Session: 600,
            Grant: 600,
            AccessToken: 600,
            IdToken: 600,
            AuthorizationCode: 60,
          },
          findAccount: (_, sub) => {
            const account = this.accounts.get(sub);
            return account === undefined ? undefined : { accountId: sub, claims: () => ({ ...account }) };
          },
        }),
    );
    const handle = provider.callback();
    this.#handle = (request, response) => void handle(request, response);
  }

  /** Types a name and a password, agrees, and is sent back to where `stop` says. */
  async signIn(
    browser: Browser,
    start: string,
    sub: string,
    stop: (url: string) => boolean = () => false,
  ): Promise<{ url: string; status: number; text: string }> {
    let page = await browser.go(start, {}, stop);
    for (let forms = 0; forms < 3 && page.url.startsWith(this.issuer) && page.status === 200; forms += 1) {
      const action = /<form[^>]+action="([^"]+)"/.exec(page.text)?.[1] ?? '';
      const prompt = /name="prompt" value="(\w+)"/.exec(page.text)?.[1] ?? '';
      const body = new URLSearchParams({ prompt, ...(prompt === 'login' && { login: sub, password: 'x' }) });
      page = await browser.go(new URL(action, page.url).href, { method: 'POST', body }, stop);
    }
    return page;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** It warns that it is set up for development, which is what it is for here. */
function quietly<T>(make: () => T): T {
  const { warn, info } = console;
  Object.assign(console, { warn: () => undefined, info: () => undefined });
  try {
    return make();
  } finally {
    Object.assign(console, { warn, info });
  }
}
