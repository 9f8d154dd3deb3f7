/** A TCP port that is there before what answers on it: the first connection starts that, then bytes are passed through. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class LazyPort {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  /**
   * @param host - loopback address to listen on
   * @param target - makes sure that it runs, and says its port
   */
  static async open(host: string, target: () => Promise<number>): Promise<LazyPort> {
    const server = createServer(socket => {
      lazy.track(socket);
      target().then(
        port => {
          const upstream = connect(port, host);
          lazy.track(upstream);
          socket.pipe(upstream).pipe(socket);
        },
        () => socket.destroy()
      );
    });
    const lazy = new LazyPort(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, host, resolve);
    });
    return lazy;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  close(): void {
    this.server.close();
    this.sockets.forEach(socket => socket.destroy());
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.sockets.delete(socket));
  }
}
