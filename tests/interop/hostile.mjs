// Peers that mean no good, against any node of ours. Usage: node hostile.mjs WHAT TARGET … (a multiaddr of tcp, with /p2p/PEER)
//
// crowd TARGET COUNT ADDRESS…        that many peers call from these addresses in turn, stay, and announce themselves
// liar TARGET PUBLIC VICTIM OWN LIE… says and announces that it, and TARGET too, is at the addresses of others
//
// pipe TARGET PROTOCOL               each line of stdin goes there as the hexadecimal payload of a frame on a stream of its own
//
// Says in one JSON line what it has come to, and again for each line of stdin, until that ends.

import { createInterface } from 'node:readline'

import { publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { multiaddr } from '@multiformats/multiaddr'
import { TOPIC, answer, bytesField, card, frame, peer, until } from './kit.mjs'

const FIRST_PORT = 4200
// Fewer than may be in a handshake from one address.
const AT_ONCE = 4
const IDENTIFY = '/ipfs/id/1.0.0'

const [what, target, ...rest] = process.argv.slice(2)

async function joins ({ node, privateKey }, address, ...claims) {
  const { pubsub } = node.services
  pubsub.subscribe(TOPIC)
  const data = await card(privateKey, ...claims)
  const there = multiaddr(address).toString().split('/p2p/').pop()
  await until('the mesh', pubsub, ['gossipsub:graft', 'gossipsub:heartbeat', 'subscription-change'], () =>
    pubsub.getMeshPeers(TOPIC).includes(there))
  await pubsub.publish(TOPIC, data)
}

async function crowd (count, ...addresses) {
  const member = async (number) => {
    const at = addresses[number % addresses.length]
    const member = await peer([`/ip4/${at}/tcp/0`], at)
    const [listen] = member.node.getMultiaddrs().map((address) => address.toString().split('/p2p/')[0])
    // Whoever is not let in has nobody to announce it to.
    const inside = await member.node.dial(multiaddr(target)).then(() => true, () => false)
    if (inside) joins(member, target, listen).catch(() => {})
    return member
  }
  const members = []
  for (let number = 0; number < Number(count); number += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - number) }, (_, next) => member(number + next))
    members.push(...await Promise.all(some))
  }
  const of = (direction) => members.filter(({ node }) =>
    node.getConnections().some((connection) => connection.direction === direction)).length
  return () => ({ inside: of('outbound'), visited: of('inbound') })
}

// Identify as the specification has it, with other addresses than the truth.
async function lies ({ node, privateKey }, observed, claims, told) {
  const fields = [
    bytesField(1, Buffer.from(publicKeyToProtobuf(privateKey.publicKey))),
    ...claims.map((claim) => bytesField(2, Buffer.from(multiaddr(claim).bytes))),
    ...[IDENTIFY, '/meshsub/1.1.0', '/kith/kad/1.0.0'].map((name) => bytesField(3, Buffer.from(name))),
    bytesField(4, Buffer.from(multiaddr(observed).bytes)),
    bytesField(5, Buffer.from('/kith/1.0.0')),
    bytesField(6, Buffer.from('liar/1'))
  ]
  const words = Buffer.concat(fields)
  await node.unhandle(IDENTIFY)
  await node.handle(IDENTIFY, async (stream) => {
    // A field of length-prefixed bytes has the prefix that the whole message takes.
    stream.send(bytesField(1, words).subarray(1))
    await stream.close()
    told()
  })
}

async function liar (bootstrap, victim, own, ...claims) {
  const came = { told: 0, visited: 0 }
  const caller = await peer([], own)
  await lies(caller, victim, claims, () => came.told++)
  await caller.node.dial(multiaddr(target))
  // These wait to be called. They announce themselves elsewhere, with the same lies.
  for (let number = 0; number < 2; number++) {
    const listen = `/ip4/${own}/tcp/${FIRST_PORT + number}`
    const bait = await peer([listen], own)
    await lies(bait, victim, claims, () => {
      const calls = bait.node.getConnections().some((connection) => connection.direction === 'inbound')
      if (calls && !bait.visited) { bait.visited = true; came.visited++ }
    })
    await bait.node.dial(multiaddr(bootstrap))
    // A card that names a private address is passed on by nobody.
    await joins(bait, bootstrap, ...claims.filter((claim) => !claim.startsWith('/ip4/10.')), listen)
  }
  return () => came
}

async function pipe (protocol) {
  const { node, privateKey } = await peer()
  const connection = await node.dial(multiaddr(target))
  return async (line) => line === ''
    ? { key: Buffer.from(privateKey.publicKey.raw).toString('hex') }
    : { answer: (await answer(connection, protocol, frame(1, Buffer.from(line, 'hex')))).toString('hex') }
}

const state = await { crowd, liar, pipe }[what](...rest)
const say = async (line) => console.log(JSON.stringify(await state(line)))
await say('')
for await (const line of createInterface({ input: process.stdin })) await say(line)
process.exit(0)
