import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What STS answers: an identity at a time, or a refusal. AWS: STS API reference, GetCallerIdentity and common errors. */
export interface StsAnswer {
  readonly refusal?: { readonly status: number; readonly code: string; readonly message: string };
  /** The difference between its clock and this machine's. */
  readonly aheadMilliseconds?: number;
}

/** An STS for tests and for trying things out: it answers GetCallerIdentity for any caller. */
export interface StsServer {
  readonly url: string;
  /** May be set at any time. */
  answer: StsAnswer;
  stop(): Promise<void>;
}

export const ACCOUNT = '123456789012';
export const ARN = `arn:aws:iam::${ACCOUNT}:user/operator`;
const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

export async function startStsServer(): Promise<StsServer> {
  const server = createServer((request, response) => {
    request.resume();
    const { refusal, aheadMilliseconds = 0 } = standin.answer;
    response.setHeader('Date', new Date(Date.now() + aheadMilliseconds).toUTCString());
    response.setHeader('Content-Type', 'text/xml');
    response.statusCode = refusal?.status ?? 200;
    response.end(refusal === undefined ? identity() : error(refusal));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const standin = {
    url: `http://127.0.0.1:${port}`,
    answer: {} as StsAnswer,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standin;
}

function identity(): string {
  return `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult><Arn>${ARN}</Arn>
<UserId>AIDASTANDIN</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>standin</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
}

function error({ code, message }: NonNullable<StsAnswer['refusal']>): string {
  return `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code>
<Message>${message}</Message></Error><RequestId>standin</RequestId></ErrorResponse>`;
}
