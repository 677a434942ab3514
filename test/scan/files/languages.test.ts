import { describe, expect, test } from 'vitest';
import { scriptLanguage, unreadLanguage } from '../../../source/scan/files/languages.ts';

describe('a file in a language that is not read', () => {
  test.each([
    ['Python', 'a.py a.pyi a.pyw a.ipynb'],
    ['Ruby', 'a.rb a.rake a.html.erb a.gemspec'],
    ['PHP', 'a.php a.phtml'],
    ['Go', 'a.go'],
    ['Java', 'a.java a.jsp'],
    ['Kotlin', 'a.kt build.gradle.kts'],
    ['C#', 'a.cs a.cshtml a.razor'],
    ['F#', 'a.fs a.fsx'],
    ['Visual Basic', 'a.vb'],
    ['Rust', 'a.rs'],
    ['Dart', 'a.dart'],
    ['Elixir', 'a.ex a.exs a.html.eex a.heex a.leex'],
    ['Erlang', 'a.erl a.hrl'],
    ['Gleam', 'a.gleam'],
    ['Swift', 'a.swift'],
    ['Scala', 'a.scala a.sc'],
    ['Clojure', 'a.clj a.cljs a.cljc'],
    ['Groovy', 'a.groovy build.gradle'],
    ['Perl', 'a.pl a.pm'],
    ['Lua', 'a.lua'],
    ['R', 'a.r a.R a.Rmd'],
    ['Julia', 'a.jl'],
    ['Haskell', 'a.hs'],
    ['OCaml', 'a.ml a.mli'],
    ['ReScript', 'a.res a.resi'],
    ['Elm', 'a.elm'],
    ['CoffeeScript', 'a.coffee'],
    ['Crystal', 'a.cr'],
    ['Nim', 'a.nim'],
    ['Zig', 'a.zig'],
    ['C and C++', 'a.c a.h a.cc a.cpp a.cxx a.hpp'],
    ['Objective-C', 'a.m a.mm'],
    ['PowerShell', 'a.ps1 a.psm1'],
    ['Batch', 'a.bat a.cmd'],
    ['HTML', 'a.html a.HTM'],
    ['template', 'a.ejs a.hbs a.mustache a.pug a.liquid a.twig a.njk'],
    ['MDX', 'a.mdx'],
  ])('%s: %s', (language, files) => {
    expect(files.split(' ').map(file => unreadLanguage(`src/${file}`))).toEqual(
      files.split(' ').map(() => language),
    );
  });

  test.each(['a.ts', 'a.sql', 'README.md', 'py', '.py', 'a.py.txt', 'a'])('is not %s', file => {
    expect(unreadLanguage(file)).toBeNull();
  });
});

test.each([
  ['#!/usr/bin/env python3', 'Python'],
  ['#!/usr/bin/python3.12 -u', 'Python'],
  ['#!/usr/bin/ruby', 'Ruby'],
  ['#! /usr/bin/env php', 'PHP'],
  ['#!/usr/bin/perl -w', 'Perl'],
  ['#!/usr/bin/env lua5.4', 'Lua'],
  ['#!/usr/bin/env Rscript', 'R'],
  ['#!/usr/bin/env elixir', 'Elixir'],
  ['#!/usr/bin/env escript', 'Erlang'],
  ['#!/usr/bin/env pwsh', 'PowerShell'],
  ['#!/bin/sh', null],
  ['#!/usr/bin/env node', null],
  ['#!/usr/bin/env pythonic', null],
  ['#!/opt/mypython/bin/node', null],
  ['# python', null],
  [' #!/usr/bin/python', null],
  ['', null],
])('the first line %j says %s', (line, language) => {
  expect(scriptLanguage(line)).toBe(language);
});
