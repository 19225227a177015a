// js-libp2p peers against a running kith-bootstrap. Usage: node peer.mjs MULTIADDR (tcp, with /p2p/PEER)
// With `newer` behind it, a peer of a later version against any node of ours; with `hostile`, one that spams peer exchange.
//
// Prints one JSON line per check, `{"check":"ping","ok":true,…}`, and exits with 1 if one failed.

import { multiaddr } from '@multiformats/multiaddr'
import { TOPIC, answer, bytesField, card, frame, intField, message, peer, until } from './kit.mjs'

const bootstrap = multiaddr(process.argv[2])
const bootstrapPeer = bootstrap.toString().split('/p2p/').pop()

async function checkIdentify (node) {
  const identified = until('identify', node, ['peer:identify'], (event) =>
    event?.detail.peerId.toString() === bootstrapPeer && event.detail)
  await node.dial(bootstrap)
  const { protocolVersion, agentVersion, protocols } = await identified
  const expected = ['/ipfs/ping/1.0.0', '/kith/kad/1.0.0', '/kith/slot/1', '/libp2p/circuit/relay/0.2.0/hop',
    '/libp2p/autonat/2/dial-request', '/rendezvous/1.0.0']
  const missing = expected.filter((protocol) => !protocols.includes(protocol))
  if (protocolVersion !== '/kith/1.0.0') throw new Error(`protocol version ${protocolVersion}`)
  if (!agentVersion.startsWith('kith-bootstrap/')) throw new Error(`agent ${agentVersion}`)
  if (missing.length > 0) throw new Error(`without ${missing}`)
  return { protocolVersion, agentVersion }
}

async function checkGossip (sender, receiver) {
  await receiver.node.dial(bootstrap)
  for (const { node } of [sender, receiver]) {
    const { pubsub } = node.services
    pubsub.subscribe(TOPIC)
    await until('the mesh', pubsub, ['gossipsub:graft', 'gossipsub:heartbeat', 'subscription-change'], () =>
      pubsub.getSubscribers(TOPIC).some((id) => id.toString() === bootstrapPeer) &&
      pubsub.getMeshPeers(TOPIC).includes(bootstrapPeer))
  }
  const heard = []
  const { pubsub } = receiver.node.services
  pubsub.addEventListener('message', (event) => heard.push(Buffer.from(event.detail.data).toString('hex')))
  const good = await card(sender.privateKey, '/ip4/127.0.0.1/tcp/4100')
  const forged = await card(sender.privateKey, '/ip4/127.0.0.1/tcp/4101')
  forged[forged.length - 1] ^= 1
  const bad = [Buffer.from('not a card'), forged]
  for (const data of [...bad, good]) await sender.node.services.pubsub.publish(TOPIC, data)
  await until('the valid card', pubsub, ['message', 'gossipsub:heartbeat'], () => heard.includes(good.toString('hex')))
  if (bad.some((data) => heard.includes(data.toString('hex')))) throw new Error('an invalid card was passed on')
  return { forwarded: heard.length }
}

async function checkRelay (dialer, listener) {
  const { node } = listener
  const circuit = await until('a reservation', node, ['self:peer:update'], () =>
    node.getMultiaddrs().find((address) => address.toString().includes('/p2p-circuit')))
  const connection = await dialer.node.dial(circuit)
  if (connection.limits == null) throw new Error('the connection is not through a relay')
  const rttMs = await dialer.node.services.ping.ping(connection.remotePeer, { runOnLimitedConnection: true })
  return { seconds: connection.limits.seconds, bytes: Number(connection.limits.bytes), rttMs }
}

// Protocols, versions, operations and fields that only come later.
async function checkNewer (node) {
  const identified = until('identify', node, ['peer:identify'], (event) =>
    event?.detail.peerId.toString() === bootstrapPeer && event.detail)
  const connection = await node.dial(bootstrap)
  const ours = (await identified).protocols.filter((protocol) => /^\/kith\/[a-z]+\/1$/.test(protocol))
  if (ours.length === 0) throw new Error('it speaks none of our protocols')
  for (const protocol of [...ours.map((protocol) => protocol.replace(/1$/, '2')), '/kith/later/1']) {
    const refused = await connection.newStream(protocol).then(() => null, (error) => error)
    if (refused?.name !== 'UnsupportedProtocolError') throw new Error(`${protocol}: ${refused ?? 'taken'}`)
  }
  for (const protocol of ours) {
    for (const [what, bytes] of [
      ['frame', frame(9, message(1, intField(1, 1)))],
      ['message', frame(1, message(9, intField(1, 1)))],
      ['operation', frame(1, message(1, intField(1, 77)))],
      ['length', Buffer.from([0xff, 0xff, 0xff, 0xff, 1])]
    ]) {
      const reply = await answer(connection, protocol, bytes)
      // A denial in words of our version is polite, too.
      const polite = reply.length === 0 || (['message', 'operation'].includes(what) && reply[4] === 1)
      if (!polite) throw new Error(`${protocol}, later ${what}: ${reply.toString('hex')}`)
    }
  }
  const later = bytesField(15, Buffer.from('a field of a later version'))
  if (ours.includes('/kith/services/1')) {
    const reply = await answer(connection, '/kith/services/1', frame(1, message(1, intField(1, 1), later)))
    if (reply[4] !== 1 || reply.length < 100) throw new Error(`no descriptor: ${reply.toString('hex')}`)
  }
  if (connection.status !== 'open') throw new Error('the connection was closed')
  const rttMs = await node.services.ping.ping(connection.remotePeer)
  return { protocols: ours.length, rttMs, connections: node.getConnections().length }
}

// What no honest peer does, each node of ours a different message.
async function checkHostile ({ node }) {
  const { pubsub } = node.services
  await node.dial(bootstrap)
  pubsub.subscribe(TOPIC)
  await until('the mesh', pubsub, ['gossipsub:graft', 'gossipsub:heartbeat', 'subscription-change'], () =>
    pubsub.getMeshPeers(TOPIC).includes(bootstrapPeer))
  for (let number = 0; number < 1200; number++) pubsub.subscribe(`/spam/${number}`)
  await node.services.ping.ping(bootstrap)
  const gone = until('the end of the connection', node, ['peer:disconnect'], (event) => event != null)
  const junk = (number) => Buffer.alloc(12_000, `${number} `)
  // Who is ignored meanwhile goes on until that is over.
  for (let said = 0; node.getConnections().length > 0 && said < 15; said++) {
    for (let again = 0; again < 3; again++) await pubsub.publish(TOPIC, junk(said), { allowPublishToZeroTopicPeers: true })
    await until('a heartbeat', pubsub, ['gossipsub:heartbeat'], (event) => event != null)
  }
  await gone
  // The handshake goes through, which tells who it is; then it is over.
  const over = until('the refusal', node, ['peer:disconnect'], (event) => event != null)
  const refused = await node.dial(bootstrap).then(() => over, (error) => error)
  return { refused: refused != null }
}

// More than a message of peer exchange may have: it is not read, and whoever says it is heard no more or goes.
async function checkHuge ({ node }) {
  const { pubsub } = node.services
  await node.dial(bootstrap)
  pubsub.subscribe(TOPIC)
  await until('the mesh', pubsub, ['gossipsub:graft', 'gossipsub:heartbeat', 'subscription-change'], () =>
    pubsub.getMeshPeers(TOPIC).includes(bootstrapPeer))
  const { recipients } = await pubsub.publish(TOPIC, Buffer.alloc(65_536, 'huge '))
  for (let beats = 0; beats < 2; beats++) await until('a heartbeat', pubsub, ['gossipsub:heartbeat'], (event) => event != null)
  return { recipients: recipients.length }
}

let failed = false
async function check (name, run) {
  try {
    console.log(JSON.stringify({ check: name, ok: true, ...await run() }))
  } catch (error) {
    failed = true
    console.log(JSON.stringify({ check: name, ok: false, error: String(error.stack ?? error) }))
  }
}

if (process.argv[3] === 'newer') {
  const { node } = await peer()
  await check('newer', () => checkNewer(node))
  await node.stop()
  process.exit(failed ? 1 : 0)
}

if (process.argv[3] === 'hostile') {
  const hostile = await peer()
  const other = await peer()
  const huge = await peer()
  await check('huge', () => checkHuge(huge))
  await check('hostile', () => checkHostile(hostile))
  // From the same machine.
  await check('others', async () => ({ rttMs: await other.node.services.ping.ping(bootstrap) }))
  await Promise.all([hostile, other, huge].map(({ node }) => node.stop()))
  process.exit(failed ? 1 : 0)
}

const first = await peer()
const second = await peer()
const third = await peer([`${bootstrap}/p2p-circuit`])
await check('identify', () => checkIdentify(first.node))
await check('ping', async () => ({ rttMs: await first.node.services.ping.ping(bootstrap) }))
await check('gossip', () => checkGossip(first, second))
await check('relay', () => checkRelay(first, third))
await Promise.all([first, second, third].map(({ node }) => node.stop()))
process.exit(failed ? 1 : 0)
