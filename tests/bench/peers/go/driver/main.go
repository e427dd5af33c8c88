// Drives one peer through the same work as the others, and prints what it
// measured as JSON: see docs/performance.md.
//
//	driver PEER name=value...       the addresses that the peer needs
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Known by name; a peer whose client could not be installed is not built in.
var peers = map[string]func(Settings) (Peer, error){}

// Settings are the arguments after the peer's name.
type Settings map[string]string

func settingsOf(arguments []string) Settings {
	settings := Settings{}
	for _, argument := range arguments {
		name, value, _ := strings.Cut(argument, "=")
		settings[name] = value
	}
	return settings
}

func run(name string, settings Settings) error {
	open, known := peers[name]
	if !known {
		return fmt.Errorf("no such peer: %s", name)
	}
	peer, err := open(settings)
	if err != nil {
		return err
	}
	defer peer.Close()
	figures, err := measure(peer)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(figures)
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: driver PEER name=value...")
		os.Exit(2)
	}
	if err := run(os.Args[1], settingsOf(os.Args[2:])); err != nil {
		fmt.Fprintln(os.Stderr, "driver:", err)
		os.Exit(1)
	}
}
