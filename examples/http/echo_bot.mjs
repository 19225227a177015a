// A bot that says back what it is told, over the local API of a running kithd. Node 22 or later, nothing to install.
//
//   kithd --profile DIR --name Echo &
//   node echo_bot.mjs DIR
//
// It prints a link; whoever adds it is accepted and gets every message back.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2] ?? '.'
const url = readFileSync(join(folder, 'api-address'), 'utf8').trim()
const token = readFileSync(join(folder, 'api-token'), 'utf8').trim()

async function call (method, params = {}) {
  const answer = await fetch(`${url}/v1/rpc`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  })
  const { result, error } = await answer.json()
  if (error) throw new Error(`${method}: ${error.data.code}: ${error.message}`)
  return result
}

const me = (await call('profile.get')).account

// Says back what is unread in a chat, and marks it read.
async function answer (chat) {
  while ((await call('chats.get', { chat })).unread > 0) {
    const { messages } = await call('chats.history', { chat, around: 'unread', before: 0, after: 100 })
    for (const message of messages.filter(({ author }) => author !== me)) {
      if (message.text !== undefined) await call('chats.send', { chat, text: message.text, reply_to: message.id })
      await call('chats.mark_read', { chat, up_to: message.id })
    }
  }
}

// Does what there was to do before the events that come from now on.
async function catchUp () {
  for (const { account, state } of (await call('contacts.list')).contacts) {
    if (state === 'requested') await call('contacts.accept', { account })
  }
  for (const { chat } of (await call('chats.list')).chats) await answer(chat)
}

async function handle (event) {
  if (event.kind === 'lagged') await catchUp()
  if (event.kind === 'contact.requested') await call('contacts.accept', { account: event.contact.account })
  if (event.kind === 'message.upserted' && event.message.author !== me) await answer(event.message.chat)
}

const fail = (error) => { console.error(error); process.exit(1) }
// One event after the other, so that no message is answered twice.
let work = Promise.resolve()
const then = (step) => { work = work.then(step).catch(fail) }

const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/ws`, [`bearer.${token}`])
socket.onopen = () => socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'events.subscribe', params: {} }))
socket.onclose = () => process.exit(0)
socket.onmessage = ({ data }) => {
  const said = JSON.parse(data)
  if (said.method === 'event') return then(() => handle(said.params))
  if (said.error) return fail(said.error)
  then(async () => {
    console.log((await call('contacts.invite', { single_use: false })).link)
    await catchUp()
  })
}
