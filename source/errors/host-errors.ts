import type { ErrorRow } from './error-row.ts';

/** Hosts of Supabase that have only an IPv6 address. */
const supabaseDirect = /^db\.([a-z\d]+)\.supabase\.(?:co|in|red)$/;
const supabasePooler = /\.pooler\.supabase\.com$/;
const projectOf = (host: string) => supabaseDirect.exec(host)?.[1] ?? '<project ref>';

/**
 * What the poolers and proxies of hosts say, before the rows that take any text: they have few SQLSTATEs, and each change of
 * them is one for their text.
 */
export const hostErrors: readonly ErrorRow[] = [
  {
    on: /^(?:XX000|28\w{3}|08P01|3D000|42704)$/,
    saying: /tenant(?:\/| or )user.*not found|tenant .*not found|no tenant identifier/is,
    code: 'authentication-failed',
    message: ({ at, place, own }) =>
      `The pooler at ${at} knows no project for the user ${place.user}: ${own}.`,
    hint: ({ place }) =>
      /\./.test(place.user)
        ? "Check the project ref after the dot, and that the host is of the project's own region: copy both from its Connect page."
        : `Use the user form ${place.user}.<project ref>, and the host of the project's own region: copy both from its Connect page.`,
  },
  {
    on: /^(?:XX000|53\w{3}|08P01|58000|57P03)$/,
    saying:
      /max ?client(?:s| connections)|max_client|EMAXCONN|too many clients|check out (?:a )?(?:process|connection) from the pool|pool_size/i,
    code: 'too-many-connections',
    message: ({ at, place, own }) => `The server at ${at} has no free connection for ${place.user}: ${own}.`,
    hint: ({ place }) =>
      supabasePooler.test(place.host) && place.port === 5432
        ? 'Use port 6543, the transaction pooler, or raise the pool size of the project. This console uses at most three connections.'
        : "Close another client, or raise the server's or the pooler's limit. This console uses at most three connections.",
  },
  {
    on: /^(?:XX000|28\w{3}|08\w{3}|58000)$/,
    saying: /endpoint ID is not specified|inconsistent project name/i,
    code: 'startup-options',
    message: ({ at, own }) => `The proxy at ${at} does not know which endpoint is meant: ${own}.`,
    hint: ({ place }) =>
      `Connect by name with TLS (sslmode=require), or add options=endpoint%3D${endpointOf(place.host)} to the URL.`,
  },
  {
    on: /^(?:XX000|28\w{3}|08\w{3}|58000|57P03)$/,
    saying:
      /endpoint .*(?:could not be found|is disabled)|(?:project|branch|compute).*(?:not found|suspended|paused|exceeded)/i,
    code: 'no-such-endpoint',
    message: ({ at, own }) => `The proxy at ${at} has no running server for this connection: ${own}.`,
    hint: ({ from }) =>
      `Check the host${from} and, in the provider's dashboard, that the project is running.`,
  },
  {
    on: /^(?:XX000|28\w{3}|08\w{3})$/,
    saying: /SSL connection is required|ESSLREQUIRED|connection is insecure|SSL\/TLS required/i,
    code: 'authentication-failed',
    message: ({ at, own }) => `The server at ${at} accepts only encrypted connections: ${own}.`,
    hint: 'Connect with sslmode=require, or with verify-full to check the server too.',
  },
  {
    on: 'XX000 28000 08P01',
    saying: /allow_?list|not allowed to connect/i,
    code: 'authentication-failed',
    message: ({ at, own }) => `The server at ${at} does not accept this machine's address: ${own}.`,
    hint: "Add this address to the project's network restrictions.",
  },
  {
    on: 'XX000',
    saying: /wrong password|authentication error|auth error/i,
    code: 'authentication-failed',
    message: ({ at, place, own }) => `The pooler at ${at} did not let ${place.user} in: ${own}.`,
    hint: ({ from, notice }) =>
      `Check user and password${from}; percent-encode characters such as @ : / # in a URL.${notice}`,
  },
  {
    on: 'ENOTFOUND EAI_AGAIN ENODATA',
    host: supabaseDirect,
    code: 'host-not-found',
    message: ({ place }) => `No address that this machine can use was found for ${place.host}.`,
    hint: usePooler,
  },
  {
    on: 'ENETUNREACH EHOSTUNREACH EADDRNOTAVAIL CONNECT_TIMEOUT ETIMEDOUT',
    host: supabaseDirect,
    code: 'connection-timeout',
    message: ({ at }) => `${at} cannot be reached from this machine.`,
    hint: usePooler,
  },
  {
    on: 'ENETUNREACH EHOSTUNREACH EADDRNOTAVAIL',
    // The address stands in the error: connect ENETUNREACH 2001:db8::1:5432.
    saying: /\b(?:ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL) [\da-f]{0,4}:[\da-f:]*:/i,
    code: 'connection-timeout',
    message: ({ at, error }) =>
      `${at} was tried at an IPv6 address, and this machine has no route to it (${error}).`,
    hint: "Use a host with an IPv4 address, such as the provider's pooler, or a network with IPv6.",
  },
];

function usePooler({ place }: { place: { host: string } }): string {
  return `Hosts of this form have only IPv6. On an IPv4 network, use the pooler's URL from the Connect page, with the user postgres.${projectOf(place.host)}.`;
}

/** Neon's id of an endpoint is the first part of its host, without -pooler. */
const endpointOf = (host: string) => /^(ep-[a-z\d-]+?)(?:-pooler)?\./.exec(host)?.[1] ?? '<endpoint id>';
