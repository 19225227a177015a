// What foreign peers are made of, polite ones and others.

import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'

export const TOPIC = '/kith/1/peers'
const SIGN_CONTEXT = 'kith/v1/transport-card'
const STEP_MS = 20_000

// With an address, it calls from there.
export async function peer (listen = [], from) {
  const privateKey = await generateKeyPair('Ed25519')
  const node = await createLibp2p({
    privateKey,
    addresses: { listen },
    transports: [tcp(from && { dialOpts: { localAddress: from } }), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify(), ping: ping(), pubsub: gossipsub({ emitSelf: false }) }
  })
  return { node, privateKey }
}

// Resolves with what `find` answers, asked again whenever one of `events` comes.
export function until (what, target, events, find) {
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
export const bytesField = (number, bytes) => Buffer.concat([Buffer.from([number << 3 | 2]), varint(bytes.length), bytes])
export const intField = (number, value) => Buffer.concat([Buffer.from([number << 3]), varint(value)])

// A transport card as docs/PROTOCOL.md describes it.
export async function card (privateKey, ...addresses) {
  const body = Buffer.concat([
    bytesField(1, Buffer.from(privateKey.publicKey.raw)),
    ...addresses.map((address) => bytesField(2, Buffer.from(address))),
    intField(3, Date.now())
  ])
  const context = Buffer.from(SIGN_CONTEXT)
  const signature = await privateKey.sign(Buffer.concat([Buffer.from([context.length]), context, body]))
  return Buffer.concat([Buffer.from([1]), bytesField(1, body), bytesField(2, Buffer.from(signature))])
}

// `u32 length, u8 version, payload`.
export function frame (version, payload) {
  const head = Buffer.alloc(5)
  head.writeUInt32BE(payload.length + 1)
  head[4] = version
  return Buffer.concat([head, payload])
}

// `u8 version, protobuf`.
export const message = (version, ...fields) => Buffer.concat([Buffer.from([version]), ...fields])

// What a node answers to `bytes` on a new stream before it ends it.
export async function answer (connection, protocol, bytes) {
  const stream = await connection.newStream(protocol)
  const timer = setTimeout(() => stream.abort(new Error(`no end of ${protocol}`)), STEP_MS)
  const parts = []
  try {
    stream.send(bytes)
    for await (const part of stream) parts.push(Buffer.from(part.subarray()))
  } catch (error) {
    if (String(error).includes('no end of')) throw error
  } finally {
    clearTimeout(timer)
    stream.close().catch(() => {})
  }
  return Buffer.concat(parts)
}
