#!/bin/sh
# Includes point one way, and each library is known to its files alone.
. "$(dirname "$0")/../tap.sh"

# folder: the folders it may include besides itself
while read -r folder allowed; do
	[ -d "$folder" ] || continue
	bad=
	for other in common catalog transcript prober features rules model \
		evaluation survey report review tools; do
		case " $folder $allowed " in *" $other "*) continue ;; esac
		bad="$bad$(grep -n "#include \"$other/" "$folder"/*.[ch])"
	done
	none "$folder includes only what lies below it" "$bad"
done <<'LAYERS'
common
catalog common
transcript common catalog
prober common catalog transcript
features common catalog transcript
rules common catalog transcript features
model common catalog transcript features rules
evaluation common catalog transcript prober features rules model
survey common catalog transcript prober features rules model
report common catalog transcript features rules model survey
review common catalog transcript features rules model survey report
tools common catalog transcript prober features rules model evaluation survey report review
LAYERS

# header: the files that may know it
while read -r header files; do
	bad=
	for f in $(grep -l "#include <$header" ./*/*.[ch] 2>/dev/null); do
		f=${f#./}
		case " $files " in
		*" ${f%.*} "*) ;;
		*" ${f%%[_.]*}* "*) ;; # a module in several files
		*" ${f%%/*}/ "*) ;; # a folder
		*) bad="$bad $f" ;;
		esac
	done
	none "$header is known to $files alone" "$bad"
done <<'LIBRARIES'
event2 prober/
ares prober/resolver_channel
openssl prober/tls common/digest
libpsl prober/pacer rules/field
idn2 prober/target
libsvm model/svm*
sqlite3 survey/store*
pcre2 rules/engine
hs rules/engine*
zlib common/lines
yajl common/json
LIBRARIES

bad=$(grep -n '#include "[^/]*"' ./*/*.[ch])
none "include lines are rooted" "$bad"
tap_end
