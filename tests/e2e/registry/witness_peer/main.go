// A witness of another make (C2SP tlog-witness, tlog-cosignature): it has nothing but add-checkpoint. By golang.org/x/mod/sumdb.
//
//	witness-peer NAME LOG-KEY PORT-FILE    prints its verifier key, and serves on loopback
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const cosignatureV1 = 4

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

type witness struct {
	name   string
	secret ed25519.PrivateKey
	id     uint32
	log    note.Verifier
	mutex  sync.Mutex
	seen   tlog.Tree
}

func (w *witness) cosign(text string) string {
	now := time.Now().Unix()
	signature := binary.BigEndian.AppendUint32(nil, w.id)
	signature = binary.BigEndian.AppendUint64(signature, uint64(now))
	signature = append(signature, ed25519.Sign(w.secret, []byte(fmt.Sprintf("cosignature/v1\ntime %d\n%s", now, text)))...)
	return fmt.Sprintf("— %s %s\n", w.name, base64.StdEncoding.EncodeToString(signature))
}

func (w *witness) add(body string) (int, string) {
	head, signed, found := strings.Cut(body, "\n\n")
	if !found {
		return http.StatusBadRequest, "no checkpoint\n"
	}
	lines := strings.Split(head, "\n")
	var old int64
	if _, err := fmt.Sscanf(lines[0], "old %d", &old); err != nil {
		return http.StatusBadRequest, err.Error()
	}
	var proof tlog.TreeProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return http.StatusBadRequest, err.Error()
		}
		proof = append(proof, hash)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(w.log))
	if err != nil {
		return http.StatusForbidden, err.Error()
	}
	parts := strings.Split(opened.Text, "\n")
	if parts[0] != w.log.Name() {
		return http.StatusNotFound, "another log\n"
	}
	size, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil {
		return http.StatusBadRequest, err.Error()
	}
	root, err := tlog.ParseHash(parts[2])
	if err != nil {
		return http.StatusBadRequest, err.Error()
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if old != w.seen.N || size < old || (size == old && root != w.seen.Hash) {
		return http.StatusConflict, fmt.Sprintf("%d\n", w.seen.N)
	}
	if old > 0 && old < size {
		if err := tlog.CheckTree(proof, size, root, old, w.seen.Hash); err != nil {
			return http.StatusUnprocessableEntity, err.Error()
		}
	}
	w.seen = tlog.Tree{N: size, Hash: root}
	return http.StatusOK, w.cosign(opened.Text)
}

func main() {
	public, secret, err := ed25519.GenerateKey(nil)
	check(err)
	log, err := note.NewVerifier(os.Args[2])
	check(err)
	key := append([]byte{cosignatureV1}, public...)
	hash := sha256.Sum256(append([]byte(os.Args[1]+"\n"), key...))
	w := &witness{name: os.Args[1], secret: secret, id: binary.BigEndian.Uint32(hash[:]), log: log}
	fmt.Printf("%s+%08x+%s\n", w.name, w.id, base64.StdEncoding.EncodeToString(key))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	check(os.WriteFile(os.Args[3], []byte(strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)), 0o644))
	http.HandleFunc("POST /add-checkpoint", func(answer http.ResponseWriter, question *http.Request) {
		body, err := io.ReadAll(io.LimitReader(question.Body, 1<<20))
		check(err)
		status, text := w.add(string(body))
		if status == http.StatusConflict {
			answer.Header().Set("Content-Type", "text/x.tlog.size")
		}
		answer.WriteHeader(status)
		io.WriteString(answer, text)
	})
	check(http.Serve(listener, nil))
}
