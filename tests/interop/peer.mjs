// js-libp2p peers against a running kith-bootstrap. Usage: node peer.mjs MULTIADDR (tcp, with /p2p/PEER)
//
// Prints one JSON line per check, `{"check":"ping","ok":true,…}`, and exits with 1 if one failed.

import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

const TOPIC = '/kith/1/peers'
const SIGN_CONTEXT = 'kith/v1/transport-card'
const STEP_MS = 20_000

const bootstrap = multiaddr(process.argv[2])
const bootstrapPeer = bootstrap.toString().split('/p2p/').pop()

async function peer (listen = []) {
  const privateKey = await generateKeyPair('Ed25519')
  const node = await createLibp2p({
    privateKey,
    addresses: { listen },
    transports: [tcp(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify(), ping: ping(), pubsub: gossipsub({ emitSelf: false }) }
  })
  return { node, privateKey }
}

// Resolves with what `find` answers, asked again whenever one of `events` comes.
function until (what, target, events, find) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      for (const event of events) target.removeEventListener(event, look)
    }
    const look = (event) => {
      const found = find(event)
      if (found) { stop(); resolve(found) }
    }
    const timer = setTimeout(() => { stop(); reject(new Error(`waited ${STEP_MS} ms for ${what}`)) }, STEP_MS)
    for (const event of events) target.addEventListener(event, look)
    look()
  })
}

// Protobuf by hand: field numbers below 16, lengths as varints.
function varint (value) {
  const bytes = []
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)])
    bytes.push(Number(rest & 127n) | 128)
  }
}
const bytesField = (number, bytes) => Buffer.concat([Buffer.from([number << 3 | 2]), varint(bytes.length), bytes])
const intField = (number, value) => Buffer.concat([Buffer.from([number << 3]), varint(value)])

// A transport card as docs/PROTOCOL.md describes it.
async function card (privateKey, address) {
  const body = Buffer.concat([
    bytesField(1, Buffer.from(privateKey.publicKey.raw)),
    bytesField(2, Buffer.from(address)),
    intField(3, Date.now())
  ])
  const context = Buffer.from(SIGN_CONTEXT)
  const signature = await privateKey.sign(Buffer.concat([Buffer.from([context.length]), context, body]))
  return Buffer.concat([Buffer.from([1]), bytesField(1, body), bytesField(2, Buffer.from(signature))])
}

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

let failed = false
async function check (name, run) {
  try {
    console.log(JSON.stringify({ check: name, ok: true, ...await run() }))
  } catch (error) {
    failed = true
    console.log(JSON.stringify({ check: name, ok: false, error: String(error.stack ?? error) }))
  }
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
