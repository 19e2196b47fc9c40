/** As much of a browser as a sign-in needs: cookies per host and port, redirects, and forms. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();
  /** Where it went, in order. */
  readonly went: string[] = [];

  cookie(url: string, name: string): string | undefined {
    return this.#cookies.get(new URL(url).host)?.get(name);
  }

  /** Follows redirects to a page, or to the first address that `stop` says. */
  async go(
    url: string,
    init: RequestInit = {},
    stop: (url: string) => boolean = () => false,
  ): Promise<{ url: string; status: number; text: string }> {
    let at = url;
    let request = init;
    for (let hops = 0; hops < 20; hops += 1) {
      this.went.push(at);
      const response = await fetch(at, {
        ...request,
        redirect: 'manual',
        headers: {
          ...(request.headers as Record<string, string>),
          cookie: this.#header(at),
          accept: 'text/html',
        },
      });
      this.#keep(at, response);
      const location = response.headers.get('location');
      if (location === null) return { url: at, status: response.status, text: await response.text() };
      await response.body?.cancel();
      at = new URL(location, at).href;
      if (stop(at)) return { url: at, status: response.status, text: '' };
      request = {};
    }
    throw new Error(`redirected without end: ${this.went.join(' ')}`);
  }

  #header(url: string): string {
    return [...(this.#cookies.get(new URL(url).host) ?? [])]
      .map(([name, value]) => `${name}=${value}`)
      .join('; ');
  }

  #keep(url: string, response: Response): void {
    const { host } = new URL(url);
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split(';');
      const at = pair.indexOf('=');
      const gone = attributes.some((one) => /^\s*expires=Thu, 01 Jan 1970/i.test(one));
      if (gone) jar.delete(pair.slice(0, at));
      else jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
}
