import { Injectable } from '@nestjs/common';
import type * as OpenidClient from 'openid-client';
import type { ClientAuth, Configuration, ServerMetadata } from 'openid-client';
import { AppError, messageOf } from '../common/errors.js';
import { LoadedOnce } from '../common/loaded-once.js';
import { AccessSettings } from './access-settings.js';

/** What was sent to the provider, and must come back with its answer. */
export interface FlowSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Who somebody is, as the provider says. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  /** `null`: the provider does not say. */
  readonly emailVerified: boolean | null;
  readonly name: string | null;
  readonly groups: readonly string[];
}

const PATIENCE_S = 10;

type Client = typeof OpenidClient;

interface Discovered {
  readonly client: Client;
  readonly configuration: Configuration;
}

/** The OpenID provider of OIDC_ISSUER: authorization code with PKCE, state and nonce. Its description is read when it is first needed. */
@Injectable()
export class IdentityProvider {
  /** The provider may be back with the next attempt. */
  readonly #discovered = new LoadedOnce(() => this.#discover());

  constructor(private readonly settings: AccessSettings) {}

  get isThere(): boolean {
    return this.settings.env.OIDC_ISSUER !== undefined;
  }

  /** The secrets of an attempt that begins. */
  async newFlow(): Promise<FlowSecrets> {
    const { randomNonce, randomPKCECodeVerifier, randomState } = await import('openid-client');
    return { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
  }

  /** Where the browser is to go. @throws AppError `identity-provider-failed` */
  async authorizationAddress(flow: FlowSecrets, callback: string): Promise<string> {
    const { client, configuration } = await this.#configured();
    const address = client.buildAuthorizationUrl(configuration, {
      redirect_uri: callback,
      scope: this.settings.env.OIDC_SCOPE,
      code_challenge: await client.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
      state: flow.state,
      nonce: flow.nonce,
    });
    return address.href;
  }

  /**
   * Exchanges the code of the answer for who it was; signature, issuer, audience, times, state, nonce and verifier are checked.
   *
   * @param answer the address that the browser came back to, as the provider knows it
   * @throws the library's error for an answer that is not good; AppError `identity-provider-failed` before that
   */
  async identityOf(answer: URL, flow: FlowSecrets): Promise<Identity> {
    const { client, configuration } = await this.#configured();
    const tokens = await client.authorizationCodeGrant(configuration, answer, {
      expectedState: flow.state,
      expectedNonce: flow.nonce,
      pkceCodeVerifier: flow.verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (claims === undefined) throw new Error('the provider sent no id token');
    // Many providers keep all but the subject for the user info.
    const more =
      configuration.serverMetadata().userinfo_endpoint === undefined
        ? {}
        : await client.fetchUserInfo(configuration, tokens.access_token, claims.sub);
    return identity(claims.iss, claims.sub, { ...more, ...claims }, this.settings.env.OIDC_GROUPS_CLAIM);
  }

  async #configured(): Promise<Discovered> {
    try {
      return await this.#discovered.get();
    } catch (cause) {
      throw new AppError(
        'identity-provider-failed',
        `Single sign-on cannot be used now: ${messageOf(cause)}`,
        {
          cause,
        },
      );
    }
  }

  async #discover(): Promise<Discovered> {
    const { OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET } = this.settings.env;
    if (OIDC_ISSUER === undefined || OIDC_CLIENT_ID === undefined) throw new Error('OIDC_ISSUER is not set');
    const client = await import('openid-client');
    // The environment allows plain HTTP for a provider on this machine only.
    const execute: readonly ((configuration: Configuration) => void)[] = OIDC_ISSUER.startsWith('http:')
      ? // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so that it stands out, not because it goes
        [client.allowInsecureRequests]
      : [];
    const found = await client.discovery(new URL(OIDC_ISSUER), OIDC_CLIENT_ID, undefined, client.None(), {
      execute: [...execute],
      timeout: PATIENCE_S,
    });
    const server = found.serverMetadata();
    const configuration = new client.Configuration(
      server,
      OIDC_CLIENT_ID,
      undefined,
      authentication(client, server, OIDC_CLIENT_SECRET),
    );
    configuration.timeout = PATIENCE_S;
    for (const extend of execute) extend(configuration);
    return { client, configuration };
  }
}

function authentication(
  { ClientSecretBasic, ClientSecretPost, None }: Client,
  server: ServerMetadata,
  secret: string | undefined,
): ClientAuth {
  if (secret === undefined) return None();
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_basic') ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

function identity(
  issuer: string,
  subject: string,
  claims: Readonly<Record<string, unknown>>,
  groupsClaim: string,
): Identity {
  const { email_verified: verified } = claims;
  return {
    issuer,
    subject,
    email: text(claims.email)?.toLowerCase() ?? null,
    emailVerified: typeof verified === 'boolean' ? verified : null,
    name: text(claims.name) ?? text(claims.preferred_username),
    groups: [claims[groupsClaim]].flat().filter((group) => typeof group === 'string'),
  };
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
