// Prints as JSON which files of a directory wazero takes, and the functions of WASI that it has, with their types.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

func list(types []api.ValueType) string {
	var names []string
	for _, each := range types {
		names = append(names, api.ValueTypeName(each))
	}
	return "(" + strings.Join(names, " ") + ")"
}

func main() {
	ctx := context.Background()
	takes, functions := map[string]bool{}, map[string]string{}
	entries, err := os.ReadDir(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	runtime := wazero.NewRuntime(ctx)
	for _, entry := range entries {
		content, _ := os.ReadFile(filepath.Join(os.Args[1], entry.Name()))
		_, err := runtime.CompileModule(ctx, content)
		takes[entry.Name()] = err == nil
	}
	wasi, err := wasi_snapshot_preview1.NewBuilder(runtime).Compile(ctx)
	if err == nil {
		for name, function := range wasi.ExportedFunctions() {
			functions[name] = list(function.ParamTypes()) + " -> " + list(function.ResultTypes())
		}
	}
	json.NewEncoder(os.Stdout).Encode(map[string]any{"takes": takes, "functions": functions})
}
