import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * Stands between a client and a PostgreSQL server, and cuts the line at the worst moment: after a COMMIT was passed on, before its
 * answer. The server commits; the client will never know from this connection.
 */
export class CuttingProxy {
  /** COMMITs whose answers were withheld. */
  cuts = 0;
  #armed = false;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {
    server.on('connection', (client) => this.#pass(client));
  }

  static async open(url: string): Promise<CuttingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new CuttingProxy(server, new URL(url));
  }

  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  /** Cuts at the next COMMIT of any connection. */
  cutAtCommit(): void {
    this.#armed = true;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #pass(client: Socket): void {
    const upstream = connect(Number(this.target.port || 5432), this.target.hostname);
    let deaf = false;
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        if (!deaf) upstream.destroy();
      });
    }
    upstream.on('data', (data) => {
      if (!deaf) client.write(data);
    });
    client.on('data', (data) => {
      upstream.write(data);
      // The end of a simple query: text, then a zero byte.
      if (!this.#armed || !/commit\0$/i.test(data.toString('latin1'))) return;
      this.#armed = false;
      this.cuts++;
      deaf = true;
      client.destroy();
      setTimeout(() => upstream.destroy(), 100);
    });
  }
}
