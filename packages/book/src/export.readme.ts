/** What the archive says to whoever opens it with ordinary tools. */
export function readme(facts: { verifierKey: string; size: bigint; root: string }): string {
  return `# The book of a collective, for anyone to check

This archive holds the whole book: ${facts.size} entries, the money they moved, the votes, the policies, and the
weights of the models. Whoever holds it can check all of it without asking anybody.

    uncaged verify this-file.zip

does so, and so does the verifier page of any collective's portal, in your browser. By hand:

## 1. Nothing in this archive was changed

MANIFEST.jsonl names every other file with its SHA-256:

    sed 's/.*"path":"\\([^"]*\\)","sha256":"\\([0-9a-f]*\\)".*/\\2  \\1/' MANIFEST.jsonl | sha256sum -c
    sha256sum MANIFEST.jsonl | cut -c1-64 | xxd -r -p | base64      # is the second line of MANIFEST.note

MANIFEST.note is a signed note (c2sp.org/signed-note, Ed25519). The key it is signed with must be the one you know of
this collective, from a receipt you kept or from another member:

    ${facts.verifierKey}

## 2. The log is one tree, and only ever grew

book/entries.jsonl has one entry a line, in the order of the tree. The bytes of a leaf are fields, each a 4-byte
big-endian length and the bytes: the text "uncaged/entry/v1", id, kind, time, actor (empty for none), subject,
visibility, commitment (32 bytes), and the postings (a 4-byte count, then account, currency and amount of each, each with
its length). The tree over the leaves is that of RFC 6962. Its root over ${facts.size} leaves must be

    ${facts.root}

and the root over the first n leaves must be what the checkpoint of size n in book/checkpoints.txt says
(c2sp.org/tlog-checkpoint). With Python 3 and nothing else:

    python3 - <<'END'
    import hashlib, json
    H = lambda b: hashlib.sha256(b).digest()
    F = lambda *fields: b"".join(len(f).to_bytes(4, "big") + f for f in fields)
    def leaf(e):
        posts = len(e["postings"]).to_bytes(4, "big") + b"".join(
            F(*(p[k].encode() for k in ("account", "currency", "amount"))) for p in e["postings"])
        text = lambda k: (e[k] or "").encode()
        return H(b"\\0" + F(b"uncaged/entry/v1", text("id"), text("kind"), text("time"), text("actor"),
            text("subject"), text("visibility"), bytes.fromhex(e["commitment"]), posts))
    def root(hashes):
        if len(hashes) < 2: return hashes[0] if hashes else H(b"")
        k = 1
        while k * 2 < len(hashes): k *= 2
        return H(b"\\1" + root(hashes[:k]) + root(hashes[k:]))
    hashes, balances = [], {}
    for line in open("book/entries.jsonl", encoding="utf-8"):
        e = json.loads(line)
        hashes.append(leaf(e))
        assert hashes[-1].hex() == e["leafHash"], e["id"]
        if "payload" in e:
            payload = json.dumps(e["payload"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            opened = H(F(b"uncaged/payload/v1", bytes.fromhex(e["salt"]), payload))
            assert opened.hex() == e["commitment"], e["id"]
        assert sum(int(p["amount"]) for p in e["postings"]) == 0, e["id"]
        for p in e["postings"]:
            key = (p["account"], p["currency"])
            balances[key] = balances.get(key, 0) + int(p["amount"])
        assert all(v >= 0 for (a, c), v in balances.items() if not a.startswith("world:")), e["id"]
    print("root", root(hashes).hex())
    END

## 3. What people were told still stands

Whoever did something was handed a receipt: it names the entry, the hash of its leaf and the time, and is signed with the
key above. Take the one you kept: its entry must stand in book/entries.jsonl with that leaf hash and time. The verifier
does it, too: \`npm run uncaged -- verify FILE --receipt RECEIPT.json\`.

## 4. Votes, policies, weights

policy/N.json is the policy of version N; its SHA-256 is its hash. ballots/ID.jsonl are the counted ballots of a
proposal; the entry proposal.closed says how they were counted. blobs/sha256/ holds weights and manifests under their
own SHA-256, as the entries model.registered and dataset.registered name them.

## What is not here

Private payloads (a member's name, an unpublished prompt) and erased ones stand as a salted commitment only: proof that
something stood there, not what. book/postings.csv repeats the postings of the entries as a table.
`;
}
