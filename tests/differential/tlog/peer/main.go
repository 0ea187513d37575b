// Logs as golang.org/x/mod/sumdb writes and reads them, in the layout of C2SP tlog-tiles. The same commands and output as
// tests/support/tlog_tool.cpp, and `key NAME`, which makes a signing key.
package main

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

// The index of a tile as tlog-tiles writes it, from the path that sumdb gives it ("tile/8/L/x001/234.p/W").
func tilePath(t tlog.Tile) string {
	parts := strings.SplitN(t.Path(), "/", 4)
	level := parts[2]
	if level == "data" {
		level = "entries"
	}
	return "tile/" + level + "/" + parts[3]
}

type directory string

func (d directory) Height() int { return 8 }

func (d directory) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		data, err := os.ReadFile(filepath.Join(string(d), tilePath(t)))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (d directory) SaveTiles([]tlog.Tile, [][]byte) {}

func (d directory) put(path string, data []byte) {
	full := filepath.Join(string(d), path)
	check(os.MkdirAll(filepath.Dir(full), 0o755))
	check(os.WriteFile(full, data, 0o644))
}

type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var all []tlog.Hash
	for _, i := range indexes {
		all = append(all, s[i])
	}
	return all, nil
}

func write(d directory, size, step int64) {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	check(err)
	signer, err := note.NewSigner(strings.TrimSpace(line))
	check(err)
	var hashes stored
	var entries [][]byte
	for old := int64(0); old < size; {
		next := min(size, old+step)
		for i := old; i < next; i++ {
			entry := []byte(fmt.Sprintf("entry %d", i))
			entries = append(entries, entry)
			more, err := tlog.StoredHashes(i, entry, hashes)
			check(err)
			hashes = append(hashes, more...)
		}
		for _, t := range tlog.NewTiles(8, old, next) {
			data, err := tlog.ReadTileData(t, hashes)
			check(err)
			d.put(tilePath(t), data)
			if t.L == 0 {
				var bundle []byte
				for _, entry := range entries[t.N*256 : t.N*256+int64(t.W)] {
					bundle = binary.BigEndian.AppendUint16(bundle, uint16(len(entry)))
					bundle = append(bundle, entry...)
				}
				t.L = -1
				d.put(tilePath(t), bundle)
			}
		}
		root, err := tlog.TreeHash(next, hashes)
		check(err)
		text := fmt.Sprintf("%s\n%d\n%s\n", signer.Name(), next, base64.StdEncoding.EncodeToString(root[:]))
		signed, err := note.Sign(&note.Note{Text: text}, signer)
		check(err)
		d.put("checkpoint", signed)
		old = next
	}
}

func open(d directory, key string) (tlog.Tree, tlog.HashReader) {
	verifier, err := note.NewVerifier(key)
	check(err)
	data, err := os.ReadFile(filepath.Join(string(d), "checkpoint"))
	check(err)
	signed, err := note.Open(data, note.VerifierList(verifier))
	check(err)
	lines := strings.Split(signed.Text, "\n")
	if lines[0] != verifier.Name() {
		check(fmt.Errorf("the log is %q", lines[0]))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size, Hash: tlog.Hash(root)}
	return tree, tlog.TileHashReader(tree, d)
}

func checkAll(d directory, tree tlog.Tree, reader tlog.HashReader) {
	var indexes []int64
	for i := range tree.N {
		indexes = append(indexes, tlog.StoredHashIndex(0, i))
	}
	hashes, err := reader.ReadHashes(indexes)
	check(err)
	all := sha256.New()
	var bundle []byte
	for i := range tree.N {
		if i%256 == 0 {
			bundles, err := d.ReadTiles([]tlog.Tile{{H: 8, L: -1, N: i / 256, W: int(min(256, tree.N-i))}})
			check(err)
			bundle = bundles[0]
		}
		size := binary.BigEndian.Uint16(bundle)
		entry := bundle[2 : 2+size]
		bundle = bundle[2+size:]
		if tlog.RecordHash(entry) != hashes[i] {
			check(fmt.Errorf("entry %d is wrong", i))
		}
		fmt.Fprintf(all, "%s\n", entry)
	}
	fmt.Printf("%d\n%x\n%x\n", tree.N, tree.Hash[:], all.Sum(nil))
}

func printHashes(hashes []tlog.Hash) {
	for _, hash := range hashes {
		fmt.Printf("%x\n", hash[:])
	}
}

func main() {
	number := func(i int) int64 {
		n, err := strconv.ParseInt(os.Args[i], 10, 64)
		check(err)
		return n
	}
	switch os.Args[1] {
	case "key":
		secret, public, err := note.GenerateKey(rand.Reader, os.Args[2])
		check(err)
		fmt.Printf("%s\n%s\n", secret, public)
	case "write":
		write(directory(os.Args[2]), number(3), number(4))
	case "check":
		d := directory(os.Args[2])
		tree, reader := open(d, os.Args[3])
		checkAll(d, tree, reader)
	case "prove":
		tree, reader := open(directory(os.Args[2]), os.Args[3])
		proof, err := tlog.ProveRecord(tree.N, number(4), reader)
		check(err)
		printHashes(proof)
	case "consistency":
		tree, reader := open(directory(os.Args[2]), os.Args[3])
		proof, err := tlog.ProveTree(tree.N, number(4), reader)
		check(err)
		printHashes(proof)
	}
}
