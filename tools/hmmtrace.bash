# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# hmmtrace.bash - completion of hmmtrace(1) in bash. tools/completion puts in
# place of @TABLES@ what the program says of itself.

_hmmtrace_tables='
@TABLES@
'

# Fields 3 and on of the lines that begin with these two words.
_hmmtrace_rows() { # kind, name
	local kind name rest
	while read -r kind name rest; do
		[[ $kind == "$1" && $name == "$2" ]] && printf '%s\n' "$rest"
	done <<< "$_hmmtrace_tables"
}

_hmmtrace_names() { # kind
	local kind name rest
	while read -r kind name rest; do
		[[ $kind == "$1" ]] && printf '%s\n' "$name"
	done <<< "$_hmmtrace_tables"
}

_hmmtrace_options() { # command
	local letter name rest
	while read -r letter name rest; do
		[[ $letter != - ]] && printf '%s\n' "$letter"
		[[ $name != - ]] && printf '%s\n' "$name"
	done < <(_hmmtrace_rows option "$1")
}

# What the option takes: its argument and choices; nothing when it takes none.
_hmmtrace_argument() { # command, option
	local letter name rest
	while read -r letter name rest; do
		[[ $2 == "$letter" || $2 == "$name" ]] || continue
		[[ $rest == - ]] || printf '%s\n' "$rest"
		return
	done < <(_hmmtrace_rows option "$1")
}

_hmmtrace_words() { # words
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$_hmmtrace_cur")
}

# What can be a trace file comes first; anything else only where there is none.
_hmmtrace_files() { # [suffix]
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -f -X "!*${1-}" -- "$_hmmtrace_cur"
		[[ -z ${1-} ]] || compgen -d -- "$_hmmtrace_cur")
	[[ ${#COMPREPLY[@]} -gt 0 ]] || mapfile -t COMPREPLY < <(compgen -f -- "$_hmmtrace_cur")
}

# Those that have a value behind a sign: the blank after them would be too much.
_hmmtrace_open() { # words, sign
	_hmmtrace_words "$1"
	compopt -o nospace 2>/dev/null
	COMPREPLY=("${COMPREPLY[@]/%/$2}")
}

_hmmtrace_value() { # option, argument, choices...
	local option=$1 argument=$2
	shift 2
	case $option:$argument in
	*:FILE) _hmmtrace_files;;
	*:P) _hmmtrace_words "$(cd /proc 2>/dev/null && printf '%s\n' [0-9]*)";;
	--comm:* | -n:*) _hmmtrace_words "$(cat /proc/[0-9]*/comm 2>/dev/null)";;
	--driver:*) _hmmtrace_words "$(cut -d' ' -f1 /proc/modules 2>/dev/null)";;
	*:RULE=LEVEL) _hmmtrace_open "$(_hmmtrace_names rule)" =;;
	*:LIST) _hmmtrace_words "$(_hmmtrace_names event)";;
	*:EXPR) _hmmtrace_words "$(_hmmtrace_names quantity)";;
	*) [[ $# -gt 0 ]] && _hmmtrace_words "$*";;
	esac
}

# The command behind "--": the first of its words is one, the others are its own.
_hmmtrace_child() { # index of the first word
	if declare -F _command_offset >/dev/null; then
		_command_offset "$1"
	elif [[ $COMP_CWORD == "$1" ]]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$_hmmtrace_cur")
	else
		_hmmtrace_files
	fi
}

# A word that is no option: the n-th of those the command takes.
_hmmtrace_word() { # command, n
	local -a takes
	read -ra takes < <(_hmmtrace_rows command "$1")
	[[ ${takes[0]-} != child ]] || takes=("${takes[@]:1}")
	case ${takes[$2]-} in
	file) _hmmtrace_files .hmt;;
	command | rule) _hmmtrace_words "$(_hmmtrace_names "${takes[$2]}")";;
	?*) _hmmtrace_words "${takes[$2]}";;
	*) COMPREPLY=();;
	esac
}

_hmmtrace() {
	local command='' word argument before=${COMP_WORDS[COMP_CWORD - 1]} n=0 i
	local _hmmtrace_cur=${COMP_WORDS[COMP_CWORD]} of=''
	COMPREPLY=()
	# bash makes three words of --name=value and of -W RULE=LEVEL.
	if [[ $_hmmtrace_cur == '=' ]]; then
		_hmmtrace_cur=''
		of=${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ $before == '=' ]]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
		of=${COMP_WORDS[COMP_CWORD - 3]-}
	fi
	_hmmtrace_cur=${_hmmtrace_cur#[\'\"]}
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == -- && -n $command ]]; then
			_hmmtrace_child $((i + 1))
			return
		elif [[ -z $command ]]; then
			[[ $word == -* ]] || command=$word
		elif [[ $word == -* ]]; then
			# Its value is none of the words.
			argument=$(_hmmtrace_argument "$command" "$word")
			[[ -z $argument ]] || ((i++))
			[[ ${COMP_WORDS[i]} == '=' ]] && ((i++))
			[[ ${COMP_WORDS[i + 1]-} == '=' ]] && ((i += 2))
		else
			((n++))
		fi
	done
	if [[ -z $command ]]; then
		_hmmtrace_words "$(_hmmtrace_names command) --help --version"
		return
	fi
	if [[ $of == -W ]]; then
		_hmmtrace_words "$(_hmmtrace_names level)"
		return
	fi
	argument=$(_hmmtrace_argument "$command" "$before")
	if [[ -n $argument ]]; then
		# A list of words.
		# shellcheck disable=SC2086
		_hmmtrace_value "$before" $argument
	elif [[ $_hmmtrace_cur == -* ]]; then
		_hmmtrace_words "$(_hmmtrace_options "$command") $(_hmmtrace_rows command "$command" |
			grep -qw child && echo --)"
	else
		_hmmtrace_word "$command" "$n"
	fi
}
complete -F _hmmtrace hmmtrace
